# Lets the SSH client of this container ask an agent elsewhere: what it says goes out on standard output, and the answers
# come in on standard input. One connection, as the client makes; it ends with it.
#
#   mysqler_agent.pl SOCKET PATIENCE
use strict;
use warnings;

use IO::Select;
use IO::Socket::UNIX;

my ($path, $patience) = @ARGV;
umask 077;
(my $place = $path) =~ s{/[^/]+\z}{};
mkdir $place;
my $server = IO::Socket::UNIX->new(Local => $path, Listen => 1) or die "cannot listen at $path: $!\n";
IO::Select->new($server)->can_read($patience) or exit 0;
my $client = $server->accept() or exit 0;
unlink $path;
binmode $_ foreach \*STDIN, \*STDOUT;
my $select = IO::Select->new($client, \*STDIN);
while ( my @ready = $select->can_read() ) {
   foreach my $from (@ready) {
      my $read = sysread $from, my $bytes, 65_536;
      exit 0 if !$read;
      my $to = $from == $client ? \*STDOUT : $client;
      while ( length $bytes ) {
         my $written = syswrite $to, $bytes;
         exit 0 if !$written;
         substr $bytes, 0, $written, '';
      }
   }
}
