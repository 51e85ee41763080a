# Connects as pt-online-schema-change would, with the same option file and the same driver options, and prints one
# JSON line. It changes nothing.
#
#   mysqler_probe.pl DSN             the DSN of the run, word for word
#   mysqler_probe.pl DSN --ask-pass  the same; the password is a line of standard input
#   mysqler_probe.pl --versions      what is inside this image; no connection
use strict;
use warnings;

use Time::HiRes ();

(my $bridge = __FILE__) =~ s/probe\.pl\z/bridge.pm/;
require $bridge;

sub answer {
   print pt_online_schema_change_plugin::_json({@_}), "\n";
   exit 0;
}

# The library that the driver really loaded: what its TLS settings mean differs between libraries.
sub client {
   eval { require DBD::mysql; 1 } or return undef;
   open my $maps, '<', '/proc/self/maps' or return undef;
   my ($library) = map { m{/(lib(?:mariadb|mysqlclient))\b} ? $1 : () } <$maps>;
   return $library;
}

my $argument = shift @ARGV;
defined $argument or die "usage: mysqler_probe.pl DSN [--ask-pass] | --versions\n";

if ( $argument eq '--versions' ) {
   my ($ptosc) = `pt-online-schema-change --version` =~ m/([0-9]+(?:\.[0-9]+)+)/;
   answer(ptosc => $ptosc, bridge => $pt_online_schema_change_plugin::VERSION, client => client());
}

my $password;
if ( (shift @ARGV || '') eq '--ask-pass' ) {
   chomp($password = <STDIN>);
}

# The tool's own reading of a DSN.
my %dsn;
foreach my $part ( split /(?<!\\),/, $argument ) {
   $part =~ s/\\,/,/g;
   $dsn{$1} = $2 if $part =~ m/^(.)=(.*)$/;
}
my %driver = (F => 'mysql_read_default_file', h => 'host', P => 'port', S => 'mysql_socket', A => 'charset', s => 'mysql_ssl');
my $source = 'DBI:mysql:' . ($dsn{D} || '') . ';'
   . join(';', map { "$driver{$_}=$dsn{$_}" } grep { defined $dsn{$_} } qw(F h P S A s))
   . ';mysql_read_default_group=client';

my $begun = Time::HiRes::time();
my $told = eval {
   require DBI;
   my $dbh = DBI->connect($source, undef, $password, { RaiseError => 1, PrintError => 0, AutoCommit => 1, mysql_enable_utf8 => 1 });
   my ($account) = $dbh->selectrow_array('SELECT CURRENT_USER()');
   my (undef, $cipher) = $dbh->selectrow_array("SHOW SESSION STATUS LIKE 'Ssl_cipher'");
   my ($uuid) = eval { $dbh->selectrow_array('SELECT @@server_uuid') };
   my $took = int(1000 * (Time::HiRes::time() - $begun) + 0.5);
   $dbh->disconnect();
   { connected => pt_online_schema_change_plugin::_number(1), account => $account, tls_cipher => $cipher || undef, server_uuid => $uuid, took_ms => pt_online_schema_change_plugin::_number($took) };
};
answer(%$told) if $told;

my $refused = $@ || 'the connection failed without a reason';
# The driver adds where in Perl it happened and the statement; neither helps a person, and the DSN carries no secret.
$refused =~ s/^DBI connect\(.*?\) failed: //s;
$refused =~ s/ at \S+ line [0-9]+\.?\s*\z//;
answer(connected => pt_online_schema_change_plugin::_number(0), message => $refused);
