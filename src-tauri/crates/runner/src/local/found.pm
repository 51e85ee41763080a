# Loaded into the tool's own interpreter, whatever starts that: says which one it is and what it lacks.
#
#   PERL5LIB=DIR PERL5OPT=-Mfound pt-online-schema-change --version
#
# One line on standard output, marked so that it is told from the tool's: @mysqler {"perl":…}
package found;

use strict;
use warnings;

# JSON: `--history` writes it. Term::ReadKey: `--ask-pass`.
my @missing = grep { !eval "require $_; 1" } qw(DBI DBD::mysql JSON Term::ReadKey Time::HiRes);

# The driver names its library among what its shared object needs, or has it inside.
sub library {
   no warnings 'once';
   foreach my $object ( grep { m{/DBD/mysql/} } @DynaLoader::dl_shared_objects ) {
      open my $file, '<:raw', $object or next;
      local $/;
      my ($name) = <$file> =~ m/(lib(?:mariadb|mysqlclient|perconaserverclient))\b/;
      return $name if $name;
   }
   return '';
}

# Some builds of the driver refuse to insist on TLS, before they connect to anything.
sub insists {
   local $@;
   eval { DBI->connect('DBI:mysql:;host=localhost;mysql_socket=/nonexistent/mysqler;mysql_ssl=1', 'x', 'x', { RaiseError => 0, PrintError => 0 }) };
   my $error = $DBI::errstr || '';
   return $error !~ m/not supported/;
}

# Once: a program in between may be Perl as well, and hands the environment on.
my $here = __FILE__ =~ m{\A(.*)/[^/]+\z} ? $1 : '.';
my $libs = join ':', grep { $_ ne $here } split /:/, ($ENV{PERL5LIB} || '');
my %told = (
   perl     => $^X,
   perl_lib => $libs,
   missing  => join(', ', @missing),
   library  => @missing ? '' : library(),
   insists  => @missing ? '' : insists() ? 'yes' : 'no',
);
s/(["\\])/\\$1/g foreach values %told;
print '@mysqler {', join(',', map { "\"$_\":\"$told{$_}\"" } sort keys %told), "}\n";

1;
