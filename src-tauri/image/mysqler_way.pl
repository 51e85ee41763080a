# Opens the way to a server through SSH, then becomes PROGRAM. The way lasts as long as PROGRAM does, and no longer.
#
#   mysqler_way.pl PLACE PATIENCE PROGRAM ARGUMENT…
#
# PLACE is a private directory. In PLACE/ssh are: config, OpenSSH's, with a host `way` that forwards PLACE/server.sock;
# what config names; and one of
#   secret    what the client asks for. It is removed here
#   asks      empty: the first line of standard input is that secret
#   agent     empty: PLACE/ssh/agent.sock comes into being, which somebody else makes
# Lines of the client, and what became of it, are said on standard error behind `mysqler-tunnel: `. Exits with 97 when the
# way was not opened within PATIENCE seconds. A way that breaks is never opened again: PROGRAM is asked to end then,
# whatever it waits for.
use strict;
use warnings;

use POSIX ();
use Time::HiRes ();

my $MARK = 'mysqler-tunnel: ';

my ($place, $patience, @command) = @ARGV;
@command or die "usage: mysqler_way.pl PLACE PATIENCE PROGRAM ARGUMENT…\n";
my $ssh    = "$place/ssh";
my $socket = "$place/server.sock";
(my $askpass = __FILE__) =~ s/way\.pl\z/askpass/;
umask 077;
unlink $socket;
$^F = 1_000;    # PROGRAM gets what is opened here, and with its end it is closed

# Of a container this is the first process, which a signal without a handler does not reach.
$SIG{$_} = sub { POSIX::_exit(143) } foreach qw(HUP INT QUIT TERM);

my $secret = the_secret();
my $until  = time + $patience;
if ( -e "$ssh/agent" ) {
   wait_for(sub { -S "$ssh/agent.sock" }) or fail('the agent did not come');
}
pipe my $life, my $held or fail("no pipe: $!");
my $program = $$;
defined(my $guard = fork) or fail("no process: $!");
if ( !$guard ) {
   close $held;
   guard();
}
close $life;
undef $secret;
my $ended = 0;
my $open = wait_for(sub { $ended = waitpid($guard, POSIX::WNOHANG()) == $guard; return $ended || -S $socket });
if ( $ended ) {
   # It has said why.
   POSIX::_exit(97);
}
if ( !$open ) {
   close $held;
   waitpid $guard, 0;
   fail("it was not opened within $patience s");
}
unlink "$ssh/key";
$SIG{$_} = 'DEFAULT' foreach qw(HUP INT QUIT TERM);
{ no warnings 'exec'; exec {$command[0]} @command; }
fail("$command[0] cannot be started: $!");

sub fail {
   my ($why) = @_;
   syswrite STDERR, "${MARK}ended: $why\n";
   POSIX::_exit(97);
}

sub wait_for {
   my ($is_so) = @_;
   while ( !$is_so->() ) {
      return 0 if time > $until;
      Time::HiRes::sleep(0.02);
   }
   return 1;
}

sub the_secret {
   my $text = '';
   if ( open my $file, '<:raw', "$ssh/secret" ) {
      local $/;
      $text = <$file>;
      close $file;
      unlink "$ssh/secret";
   }
   elsif ( -e "$ssh/asks" ) {
      # Byte by byte: what follows the line is PROGRAM's.
      while ( sysread STDIN, my $byte, 1 ) {
         last if $byte eq "\n";
         $text .= $byte;
      }
   }
   return defined $text ? $text : '';
}

# Keeps the client as long as PROGRAM lives, and says what the client says. Whatever signal is meant for PROGRAM ends it
# first: its last statements need the way.
sub guard {
   $SIG{$_} = 'IGNORE' foreach qw(HUP INT QUIT TERM PIPE USR1 USR2);
   my $asked = "$ssh/ask";
   my $teller = tell_secret($asked);
   undef $secret;
   pipe my $said, my $to_say or POSIX::_exit(1);
   defined(my $client = fork) or POSIX::_exit(1);
   become_the_client($to_say, $asked) if !$client;
   close $to_say;
   open STDIN, '<', '/dev/null';
   open STDOUT, '>', '/dev/null';
   my ($rest, $last, $opened, $code) = ('', '', 0, undef);
   while (1) {
      $opened ||= -S $socket;
      if ( $teller && ( $opened || time > $until ) ) {
         end_teller($teller, $asked);
         undef $teller;
      }
      my $bits = '';
      vec($bits, fileno $_, 1) = 1 foreach $said, $life;
      my $found = select my $ready = $bits, undef, undef, $opened && !$teller ? undef : 0.05;
      next if !defined $found || $found <= 0;
      if ( vec($ready, fileno $said, 1) ) {
         my $read = sysread $said, my $bytes, 65_536;
         if ($read) {
            $rest .= $bytes;
            while ( $rest =~ s/\A([^\n]*)\n// ) {
               ($last = $1) =~ s/\r\z//;
               syswrite STDERR, "$MARK$last\n" if $last ne '';
            }
            next;
         }
         waitpid $client, 0;
         $code = $? >> 8;
         last;
      }
      if ( vec($ready, fileno $life, 1) && !sysread $life, my $nothing, 1 ) {
         kill KILL => $client;
         waitpid $client, 0;
         last;
      }
   }
   end_teller($teller, $asked) if $teller;
   POSIX::_exit(0) if !defined $code;
   my $why = $last ne '' ? $last : "ssh ended with code $code";
   syswrite STDERR, "${MARK}ended: $why\n";
   kill TERM => $program if $opened;
   POSIX::_exit(1);
}

sub become_the_client {
   my ($to_say, $asked) = @_;
   # A client that could ask a terminal would.
   POSIX::setsid() if open my $terminal, '<', '/dev/tty';
   open STDIN, '<', '/dev/null';
   POSIX::dup2(fileno $to_say, 1);
   POSIX::dup2(fileno $to_say, 2);
   # Nothing of PROGRAM's is held by it.
   POSIX::close($_) foreach 3 .. 255;
   @ENV{qw(SSH_ASKPASS SSH_ASKPASS_REQUIRE DISPLAY MYSQLER_ASK)} = ($askpass, 'force', 'none', $asked);
   $SIG{PIPE} = 'DEFAULT';
   { no warnings 'exec'; exec 'ssh', '-F', "$ssh/config", '-N', '-T', 'way'; }
   syswrite STDOUT, "ssh cannot be started: $!\n";
   POSIX::_exit(127);
}

# A pipe with a name, anew for each question: the secret is in no file.
sub tell_secret {
   my ($asked) = @_;
   unlink $asked;
   POSIX::mkfifo($asked, 0600) or return;
   defined(my $teller = fork) or return;
   return $teller if $teller;
   close $life;
   while (1) {
      open my $pipe, '>', $asked or POSIX::_exit(1);
      unlink $asked;
      syswrite $pipe, "$secret\n";
      POSIX::mkfifo($asked, 0600) or POSIX::_exit(1);
      close $pipe;
   }
}

sub end_teller {
   my ($teller, $asked) = @_;
   kill KILL => $teller;
   waitpid $teller, 0;
   unlink $asked;
}
