# What the plugin reaches of the tool beyond its hooks: thresholds that change while it works, its tries at a lock, and
# the warnings that it counts. The tool keeps these in subs of its own packages, which are wrapped here; one that another
# version lacks is left alone, and what went through it is said to be out of reach. Nothing here raises an error.
package mysqler_reach;

use strict;
use warnings;

use Time::HiRes ();

my $WARNINGS_STEP = 10;    # seconds between two counts of warnings while rows are copied

my $AGAIN = \'the threshold is another one now';

# `bridge` tells and guards: `_tell`, `_hook`, `_number`.
sub new {
   my ($class, $bridge, $control) = @_;
   my $self = bless { bridge => $bridge, control => $control, seen => '', told => '', reach => {} }, $class;
   $self->{reach}->{chunk_time_ms} = $self->_wrap('WeightedAvgRate::update', sub { $self->_rate(@_) });
   $self->{reach}->{max_lag_s}     = $self->_wrap('ReplicaLagWaiter::wait', sub { $self->_lag(@_) });
   my $load = $self->_wrap('MySQLStatusWaiter::wait', sub { $self->_load(@_) });
   $self->{reach}->{$_} = $load for qw(max_load critical_load);
   $self->_wrap('Retry::retry', sub { $self->_retry(@_) });
   $self->_wrap('pt_online_schema_change::exec_nibble', sub { $self->_nibble(@_) });
   $self->_wrap('NibbleIterator::can_nibble', sub { $self->_chunks(@_) });
   return $self;
}

# `outer` gets the wrapped sub before its arguments.
sub _wrap {
   my ($self, $name, $outer) = @_;
   no strict 'refs';
   no warnings 'redefine';
   return 0 if !defined &{$name};
   my $inner = \&{$name};
   *{$name} = sub { return $outer->($inner, @_) };
   return 1;
}

sub _guarded {
   my ($self, $body) = @_;
   $self->{bridge}->_hook('reach', $body);
}

# ---- thresholds ----------------------------------------------------------------------------------------------------

# The file is renamed into its place, so that it is there as a whole; another one is another inode or time.
sub look {
   my ($self) = @_;
   my @found = Time::HiRes::stat("$self->{control}/tune");
   return if !@found;
   my $mark = "$found[1] $found[9]";
   return if $mark eq $self->{seen};
   $self->{seen} = $mark;
   open my $file, '<', "$self->{control}/tune" or return;
   my (%tuning, @refused);
   while ( my $line = <$file> ) {
      chomp $line;
      my ($name, $value) = split /=/, $line, 2;
      next if !defined $value;
      my $read = $self->_read($name, $value);
      if ( defined $read ) { $tuning{$name} = $read }
      else { push @refused, $name }
   }
   close $file;
   $self->{tuning} = \%tuning;
   my $bridge = $self->{bridge};
   $bridge->_tell('retuned',
      (map { ($_ => \int($tuning{$_})) } grep { exists $tuning{$_} } qw(chunk_time_ms max_lag_s)),
      (map { ($_ => { map { ($_->[0] => \int($_->[1])) } @{ $tuning{$_} } }) } grep { exists $tuning{$_} } qw(max_load critical_load)),
      refused => \@refused,
   );
}

# Nothing for what cannot be read or is out of reach.
sub _read {
   my ($self, $name, $value) = @_;
   return if !$self->{reach}->{$name};
   return $value =~ m/\A[1-9][0-9]{0,9}\z/ ? $value : undef if $name eq 'chunk_time_ms' || $name eq 'max_lag_s';
   my @pairs = map { [ split /=/, $_, 2 ] } split /,/, $value;
   return if grep { !defined $_->[1] || $_->[0] !~ m/\A[A-Za-z_]+\z/ || $_->[1] !~ m/\A[0-9]+\z/ } @pairs;
   return \@pairs;
}

sub _rate {
   my ($self, $inner, $rate, @rest) = @_;
   $self->_guarded(sub {
      $self->look();
      my $ms = $self->{tuning}->{chunk_time_ms};
      $rate->{target_t} = $ms / 1000 if $ms;
   });
   return $inner->($rate, @rest);
}

sub _load {
   my ($self, $inner, $waiter, @rest) = @_;
   $self->_guarded(sub { $self->_tune_load($waiter) });
   $self->_listen_while($waiter, sub { $self->_tune_load($waiter) });
   return $inner->($waiter, @rest);
}

# Asked again after each sleep; an empty list is told from none, which the tool would not look into again.
sub _tune_load {
   my ($self, $waiter) = @_;
   $self->look();
   my $tuning = $self->{tuning} or return;
   foreach my $pair ( [ max_load => 'max_val_for' ], [ critical_load => 'critical_val_for' ] ) {
      my ($name, $field) = @$pair;
      $waiter->{$field} = { map { ($_->[0] => $_->[1]) } @{ $tuning->{$name} } } if $tuning->{$name};
   }
}

# The threshold is read once a wait: a wait under another one is begun again.
sub _lag {
   my ($self, $inner, $waiter, @rest) = @_;
   while (1) {
      $self->_guarded(sub { $self->_tune_lag($waiter) });
      $self->_listen_while($waiter, sub {
         my $before = $waiter->{max_lag};
         $self->_tune_lag($waiter);
         return $waiter->{max_lag} != $before;
      });
      my $error;
      {
         local $@;
         return if eval { $inner->($waiter, @rest); 1 };
         $error = $@;
      }
      die $error if !ref $error || $error != $AGAIN;
   }
}

sub _tune_lag {
   my ($self, $waiter) = @_;
   $self->look();
   my $seconds = $self->{tuning}->{max_lag_s};
   $waiter->{max_lag} = $seconds if $seconds;
}

# Both waits sleep by a sub of theirs between two questions; a true answer of `hear` begins the wait again.
sub _listen_while {
   my ($self, $waiter, $hear) = @_;
   return if $waiter->{mysqler_listens}++;
   my $sleep = $waiter->{sleep} or return;
   $waiter->{sleep} = sub {
      $sleep->(@_);
      my $again;
      $self->_guarded(sub { $again = $hear->() });
      if ( $again && $waiter->isa('ReplicaLagWaiter') ) {
         local $SIG{__DIE__} = 'DEFAULT';
         die $AGAIN;
      }
      return;
   };
}

# ---- tries and warnings --------------------------------------------------------------------------------------------

# The tool says nothing before it gives up.
sub _retry {
   my ($self, $inner, $retry, %args) = @_;
   my ($fail, $told) = ($args{fail}, 0);
   $args{fail} = sub {
      my (%failed) = @_;
      $self->_guarded(sub {
         my $error = $failed{error} || '';
         return if $error !~ m/Lock wait timeout exceeded|Deadlock found/;
         $told = 1;
         $self->{bridge}->_tell('lock_awaited', try => \int($failed{tryno} + 1), of => \int($args{tries} || 3));
      });
      return $fail->(@_);
   } if $fail;
   my $result = $inner->($retry, %args);
   $self->_guarded(sub { $self->{bridge}->_tell('lock_had') }) if $told;
   return $result;
}

sub _nibble {
   my ($self, $inner, @args) = @_;
   if ( !$self->{stats} ) {
      my %given = @args;
      $self->{stats} = $given{stats};
   }
   return $inner->(@args);
}

# A resumed copy whose table is estimated to fit one chunk would copy nothing more, and swap: it goes on in chunks.
sub _chunks {
   my ($self, $inner, %args) = @_;
   $args{one_nibble} = 0 if $args{resume};
   return $inner->(%args);
}

# What was ignored or let pass in the copied rows, by the server's number, when it is more than was told last.
sub tell_warnings {
   my ($self, $last) = @_;
   my $stats = $self->{stats} or return;
   my $now_s = Time::HiRes::time();
   return if !$last && $now_s - ($self->{warned_at} || 0) < $WARNINGS_STEP;
   my %counts = map { m/\Amysql_warning_([0-9]+)\z/ ? ($1 => $stats->{$_}) : () } keys %$stats;
   my $now = join ',', map { "$_ $counts{$_}" } sort keys %counts;
   return if $now eq $self->{told};
   $self->{told}      = $now;
   $self->{warned_at} = $now_s;
   $self->{bridge}->_tell('warnings', counts => { map { ($_ => \int($counts{$_})) } keys %counts });
}

1;
