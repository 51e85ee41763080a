# Keeps one run of pt-online-schema-change on this workstation: leads a session of its own, so that neither the end of the
# application nor of a terminal ends the run; writes down each line of the tool with its time; and leaves the exit code.
#
#   keep.pl DIR LOG_BYTES LINES PROGRAM ARGUMENT…     so many lines of standard input are the tool's: secrets
#
# Says its process id on standard output and goes on alone. Without whole lines of standard input nothing is started:
# whoever asked for the run is gone. In DIR:
#   alive       locked as long as this process or the tool lives
#   begun       the tool was started
#   out, err    its lines, each behind its time (ms of the Unix epoch) and a space
#   exit        its exit code, renamed into its place; 128 and the signal's number where one ended it
use strict;
use warnings;

use Fcntl qw(:flock O_RDWR O_CREAT O_WRONLY O_APPEND);
use IO::Select;
use POSIX ();
use Time::HiRes ();

my $PATIENCE = 30;    # seconds for a line to come
my $PROMPT   = 'Enter MySQL password: ';
my @SIGNALS  = qw(HUP INT QUIT TERM PIPE USR1 USR2);

my ($dir, $limit, $lines, @command) = @ARGV;
umask 077;
chdir $dir or die "cannot enter $dir: $!\n";
$^F = 1_000;    # what is opened here is handed on to the tool, unless it is closed
sysopen my $alive, 'alive', O_RDWR | O_CREAT, 0600 or die "cannot open $dir/alive: $!\n";

defined(my $child = fork) or die "cannot fork: $!\n";
POSIX::_exit(0) if $child;
POSIX::setsid();
flock $alive, LOCK_EX or die "cannot lock $dir/alive: $!\n";
$SIG{$_} = 'IGNORE' foreach @SIGNALS;
syswrite STDOUT, "$$\n";

my $secrets = '';
foreach ( 1 .. $lines ) {
   my $line = read_line();
   POSIX::_exit(0) if !defined $line;
   $secrets .= "$line\n";
}
my %stream = map { $_ => open_stream($_) } qw(out err);
pipe my $tools_in, my $to_tool or die "cannot make a pipe: $!\n";
touch('begun');
defined(my $tool = fork) or finish(255);
become_the_tool() if !$tool;

close $tools_in;
close $_->{writer} foreach values %stream;
open STDIN, '<', '/dev/null';
open STDOUT, '>', '/dev/null';
open STDERR, '>', '/dev/null';
syswrite $to_tool, $secrets;
close $to_tool;
undef $secrets;

# The tool's prompt for the password has no line of its own, and an empty line follows it.
$stream{err}->{drop} = qr/\A\Q$PROMPT\E/;
$stream{out}->{drop} = qr/\A\n/;

my $ended;
my $select = IO::Select->new(map { $_->{reader} } values %stream);
while ( $select->count() ) {
   my @ready = $select->can_read(0.5);
   # A process that the tool left behind may hold its output open.
   last if !@ready && defined $ended;
   foreach my $stream ( values %stream ) {
      next if !grep { $_ == $stream->{reader} } @ready;
      my $read = sysread $stream->{reader}, my $bytes, 65_536;
      next if !defined $read && $!{EINTR};
      if ( !$read ) { $select->remove($stream->{reader}); next; }
      take($stream, $bytes);
   }
   $ended = $? if !defined $ended && waitpid($tool, POSIX::WNOHANG()) == $tool;
}
foreach my $stream ( values %stream ) {
   take($stream, "\n") if length $stream->{rest};
}
if ( !defined $ended ) {
   waitpid $tool, 0;
   $ended = $?;
}
finish(($ended & 127) ? 128 + ($ended & 127) : $ended >> 8);

# Byte by byte: what follows the line is nobody's.
sub read_line {
   my $line = '';
   my $until = time + $PATIENCE;
   my $input = IO::Select->new(\*STDIN);
   while ( $input->can_read($until - time > 0 ? $until - time : 0) ) {
      sysread(STDIN, my $byte, 1) or return;
      return $line if $byte eq "\n";
      $line .= $byte;
   }
   return;
}

sub open_stream {
   my ($name) = @_;
   pipe my $reader, my $writer or die "cannot make a pipe: $!\n";
   sysopen my $file, $name, O_WRONLY | O_CREAT | O_APPEND, 0600 or die "cannot open $dir/$name: $!\n";
   return { reader => $reader, writer => $writer, file => $file, size => 0, rest => '' };
}

sub become_the_tool {
   $SIG{$_} = 'DEFAULT' foreach @SIGNALS;
   POSIX::dup2(fileno $tools_in, 0);
   POSIX::dup2(fileno $stream{out}->{writer}, 1);
   POSIX::dup2(fileno $stream{err}->{writer}, 2);
   close $to_tool;
   close $tools_in;
   foreach my $stream ( values %stream ) {
      close $stream->{$_} foreach qw(reader writer file);
   }
   { no warnings 'exec'; exec {$command[0]} @command; }
   syswrite STDERR, "$command[0] cannot be started: $!\n";
   POSIX::_exit(127);
}

sub take {
   my ($stream, $bytes) = @_;
   my $now = int(Time::HiRes::time() * 1000);
   $stream->{rest} .= $bytes;
   while ( $stream->{rest} =~ s/\A([^\n]*\n)// ) {
      my $line = $1;
      if ( my $drop = $stream->{drop} ) {
         delete $stream->{drop} if $line =~ s/$drop//;
         next if $line eq '';
      }
      keep($stream, "$now $line");
   }
}

# A line is kept whole or, on a full disk or beyond the bound, not at all; the run goes on.
sub keep {
   my ($stream, $line) = @_;
   return if $stream->{size} + length $line > $limit;
   my $written = syswrite $stream->{file}, $line;
   if ( ($written || 0) == length $line ) { $stream->{size} += $written }
   elsif ( $written ) { truncate $stream->{file}, $stream->{size} }
}

sub touch {
   my ($name) = @_;
   sysopen my $file, $name, O_WRONLY | O_CREAT, 0600 or return;
   close $file;
}

sub finish {
   my ($code) = @_;
   if ( open my $file, '>', 'exit.part' ) {
      print {$file} "$code\n";
      close $file and rename 'exit.part', 'exit';
   }
   POSIX::_exit(0);
}
