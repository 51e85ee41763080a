# The bridge between pt-online-schema-change and MySQLer: tells what happens as marked JSON lines on standard error,
# and pauses or holds the run while control files exist. It never fails: a fault inside a hook is told, and the tool
# goes on as if there were no plugin.
#
# One line an event:   @mysqler {"seq":7,"event":"progress","rows":4000,…}
# Control files in /run/pt (made by the application through the container engine):
#   pause     the copy waits after the chunk that is being copied
#   hold      the run waits at its gate, the last moment before the original table or its triggers are touched
#   cutover   opens the gate although `hold` exists
#   replicas  how the replicas do that the application watches, where the tool cannot; it is written again and again, and
#             the copy waits when that ends; where it is to be watched the file is there from the start
#   tune      thresholds and chunk time that hold from now on, one `name=value` a line
package pt_online_schema_change_plugin;

use strict;
use warnings;

use Time::HiRes ();

our $VERSION = '1.0.0';

my $CONTROL       = $ENV{MYSQLER_CONTROL} || '/run/pt';
my $POLL          = 0.2;    # seconds between looks at the control files while waiting
my $KEEPALIVE     = 10;     # seconds between signs of life to the server while waiting
my $PROGRESS_STEP = 0.5;    # seconds between two progress lines

sub new {
   my ($class, %args) = @_;
   my $self = bless { %args, seq => 0, rows => 0, told_at => 0, sessions => '' }, $class;
   $self->_hook('new', sub {
      $self->_tell('hello', version => $VERSION, mode => $args{execute} ? 'execute' : 'dry_run', pid => _number($$));
   });
   $self->_hook('reach', sub {
      (my $beside = __FILE__) =~ s/bridge\.pm\z/reach.pm/;
      require $beside;
      $self->{reach} = mysqler_reach->new($self, $CONTROL);
   });
   return $self;
}

sub init {
   my ($self, %args) = @_;
   $self->_hook('init', sub {
      $self->{orig_tbl}     = $args{orig_tbl};
      $self->{has_children} = $args{child_tables} && @{ $args{child_tables} } ? 1 : 0;
      $self->_tell_sessions();
      # The tool ends before this where a table has triggers and it was not told to keep them.
      $self->{kept_triggers} = $self->_triggers_of_table() if $self->{execute};
      $self->_tell('init',
         table        => _table($args{orig_tbl}),
         children     => [ map { _table($_) } @{ $args{child_tables} || [] } ],
         renamed      => { %{ $args{renamed_cols} || {} } },
         replicas     => [ map { $_->name() } @{ $args{slaves} || [] } ],
         lag_replicas => [ map { $_->name() } @{ $args{slave_lag_cxns} || [] } ],
      );
      $self->_compare_renames($args{renamed_cols} || {});
   });
}

# The tool reads renames by patterns that quoted texts and comments lead astray, and what it does not read is lost. Where
# its own check is off it has to have read those that the application did, or it ends here, before anything is made.
sub _compare_renames {
   my ($self, $renamed) = @_;
   my $expected = $ENV{MYSQLER_RENAMES};
   return if !defined $expected;
   my $read = _json({ %$renamed });
   return $self->_tell('renames_confirmed') if $read eq $expected;
   $self->_tell('renames_differ', read => $read);
   kill 'TERM', $$;
   sleep 60;    # the signal is handled within
}

sub before_create_new_table {
   my ($self) = @_;
   $self->_hook('before_create_new_table', sub { $self->_tell('create_shadow') });
}

sub after_create_new_table {
   my ($self, %args) = @_;
   $self->_hook('after_create_new_table', sub {
      $self->{new_tbl} = $args{new_tbl};
      $self->_tell('shadow_created', table => _table($args{new_tbl}));
   });
}

sub before_alter_new_table {
   my ($self) = @_;
   $self->_hook('before_alter_new_table', sub { $self->_tell('alter_shadow') });
}

sub after_alter_new_table {
   my ($self, %args) = @_;
   $self->_hook('after_alter_new_table', sub {
      $self->{new_tbl} = $args{new_tbl};
      my (undef, $definition) = $self->{aux_cxn}->dbh()->selectrow_array("SHOW CREATE TABLE $args{new_tbl}->{name}");
      $self->_tell('shadow_altered', table => _table($args{new_tbl}), definition => $definition);
   });
}

sub before_create_triggers {
   my ($self) = @_;
   $self->_hook('before_create_triggers', sub { $self->_tell('create_triggers') });
}

sub after_create_triggers {
   my ($self) = @_;
   $self->_hook('after_create_triggers', sub {
      # Creating triggers is the one place where the tool reconnects by itself.
      $self->_tell_sessions();
      $self->_tell('triggers_created', names => $self->{execute} ? $self->_trigger_names() : []);
      $self->_tell('triggers_marked', marks => $self->_trigger_marks()) if $self->{execute} && $ENV{MYSQLER_MARKS};
   });
}

sub before_copy_rows {
   my ($self) = @_;
   $self->_hook('before_copy_rows', sub {
      $self->_tell('copy');
      $self->_wait(0);
   });
}

sub on_copy_rows_after_nibble {
   my ($self, %args) = @_;
   $self->_hook('on_copy_rows_after_nibble', sub {
      my $tbl   = $args{tbl};
      my $count = int($tbl->{row_cnt} || 0);
      $count = 0 if $count < 0;
      $self->{rows} += $count;
      $self->{chunk} = {
         chunk_rows => _number($count),
         chunk_ms   => _number(1000 * ($tbl->{nibble_time} || 0) + 0.5),
         chunk_size => _number($tbl->{chunk_size}),
      };
      $self->{untold} = 1;
      if ( Time::HiRes::time() - $self->{told_at} >= $PROGRESS_STEP ) {
         $self->_tell_progress();
         $self->_tell_warnings();
      }
      $self->_wait(0);
   });
}

sub after_copy_rows {
   my ($self) = @_;
   $self->_hook('after_copy_rows', sub {
      $self->_tell_progress() if $self->{untold};
      $self->_tell_warnings(1);
      $self->_tell_sessions();
      $self->_tell('copied', rows => _number($self->{rows}));
      if ( $self->_keeps_triggers() ) {
         $self->_guard_move();
         $self->_gate();
         $self->_tell('move_triggers');
      }
   });
}

# With child tables the original is touched here, before the swap, so here is the gate.
sub before_update_foreign_keys {
   my ($self) = @_;
   $self->_hook('before_update_foreign_keys', sub {
      $self->_gate() if !$self->_keeps_triggers();
      $self->_tell('update_foreign_keys');
   });
}

sub after_update_foreign_keys {
   my ($self) = @_;
   $self->_hook('after_update_foreign_keys', sub { $self->_tell('foreign_keys_updated') });
}

sub before_swap_tables {
   my ($self) = @_;
   $self->_hook('before_swap_tables', sub {
      $self->_gate() if !$self->{has_children} && !$self->_keeps_triggers();
      $self->_tell('swap');
   });
}

sub after_swap_tables {
   my ($self, %args) = @_;
   $self->_hook('after_swap_tables', sub {
      $self->_unguard();
      # A dry run hands the original table over as the old one.
      my $old = $self->{execute} && $args{old_tbl} ? _table($args{old_tbl}) : undef;
      $self->_tell('swapped', old => $old);
   });
}

sub before_drop_old_table {
   my ($self) = @_;
   $self->_hook('before_drop_old_table', sub { $self->_tell('drop_old') });
}

sub after_drop_old_table {
   my ($self) = @_;
   $self->_hook('after_drop_old_table', sub { $self->_tell('old_dropped') });
}

sub before_drop_triggers {
   my ($self, %args) = @_;
   $self->_hook('before_drop_triggers', sub {
      $self->_tell('drop_triggers', interrupted => _number($args{oktorun} ? 0 : 1));
   });
}

sub before_die {
   my ($self, %args) = @_;
   $self->_hook('before_die', sub { $self->_tell('die', reason => $args{exit_status}) });
}

sub before_exit {
   my ($self, %args) = @_;
   $self->_hook('before_exit', sub { $self->_tell('exit', status => _number($args{exit_status})) });
}

# ---- the table's own triggers -----------------------------------------------------------------------------------------

# With --preserve-triggers the tool takes each of the table's own triggers from the original to the shadow after the
# copy, each under locks of its own, and swaps later. In between they would fire for what the tool's triggers do to the
# shadow: an UPDATE as a DELETE and an INSERT. So the first lock that it takes is kept until the tables are swapped, and
# no write comes in between. It also moves them in any order; each is told its place.

my $LOCK_TRIES = 60;
my $LOCK_PAUSE = 3;    # seconds, in which the application's statements behind the lock get through
my $LOCK_IDLE  = 20;   # seconds after which the server takes the locks from a session that it hears nothing of

sub _keeps_triggers {
   my ($self) = @_;
   return $self->{kept_triggers} && @{ $self->{kept_triggers} } ? 1 : 0;
}

# In the order in which they fire.
sub _triggers_of_table {
   my ($self) = @_;
   my $tbl = $self->{orig_tbl};
   return $self->{aux_cxn}->dbh()->selectall_arrayref(
      'SELECT TRIGGER_NAME, CONCAT(ACTION_TIMING, EVENT_MANIPULATION) FROM INFORMATION_SCHEMA.TRIGGERS'
      . ' WHERE TRIGGER_SCHEMA = ? AND EVENT_OBJECT_TABLE = ? ORDER BY EVENT_MANIPULATION, ACTION_TIMING, ACTION_ORDER',
      undef, $tbl->{db}, $tbl->{tbl});
}

sub _guard_move {
   my ($self) = @_;
   $self->{guarded} = $self->{cxn}->dbh();
   # The driver hands every statement of the tool's session in here before it does it; one that is answered here, with
   # `$_` undefined, is not done again.
   $self->{guarded}->{Callbacks} = {
      do => sub {
         my ($dbh, $sql) = @_;
         return if $self->{passing} || !defined $sql;
         my $instead = $self->_instead($sql);
         return if !$instead;
         undef $_;
         return $instead->($dbh);
      },
   };
   $self->_tell('move_guarded', triggers => [ map { $_->[0] } @{ $self->{kept_triggers} } ]);
}

# What is done in a statement's place; nothing for one that is done as it comes.
sub _instead {
   my ($self, $sql) = @_;
   my $nothing = sub { return '0E0' };
   if ( $sql =~ m/\ALOCK TABLES / ) {
      return $nothing if $self->{locked};
      return sub { $self->_lock($_[0], $sql) };
   }
   return $nothing if $self->{locked} && $sql =~ m/\AUNLOCK TABLES/;
   if ( $sql =~ m/\ACREATE DEFINER=.*?\nFOR EACH ROW\n/s ) {
      my $ordered = $self->_ordered($sql);
      return sub { $self->_within_lock($_[0], $ordered) };
   }
   return $self->{locked} ? sub { $self->_within_lock($_[0], $sql) } : undef;
}

# The tool would connect again after a lost connection and go on to swap without the locks.
sub _within_lock {
   my ($self, $dbh, $sql) = @_;
   my $done  = $self->_pass($dbh, $sql);
   my $error = $dbh->err() || 0;
   if ( grep { $error == $_ } 2006, 2013, 4031 ) {
      # Without the driver's own words, by which the tool would know to try again.
      $dbh->set_err(undef, undef);
      $dbh->set_err($error, 'The table locks went with the connection');
      # What the tool still drops is its own, over a new connection.
      delete $self->{locked};
      $self->{passing} = 1;
   }
   return $done;
}

sub _pass {
   my ($self, $dbh, $sql) = @_;
   local $self->{passing} = 1;
   return $dbh->do($sql);
}

# The tool would give up at the first statement that is in the way, after all rows were copied. An error of a call from
# within a call is only left on the handle: the driver raises it when the outer one returns.
sub _lock {
   my ($self, $dbh, $sql) = @_;
   my $done;
   # A workstation that goes away now must not leave the table locked for hours.
   ($self->{wait_timeout}) = $dbh->selectrow_array('SELECT @@SESSION.wait_timeout');
   $self->_pass($dbh, "SET SESSION wait_timeout = $LOCK_IDLE");
   for my $try ( 1 .. $LOCK_TRIES ) {
      $done = $self->_pass($dbh, $sql);
      my $error = $dbh->err() || 0;
      $self->{locked} = 1 if !$error;
      last if ($error != 1205 && $error != 1213) || $try == $LOCK_TRIES;
      $dbh->set_err(undef, undef);
      $self->_tell('lock_awaited', try => _number($try), of => _number($LOCK_TRIES));
      sleep $LOCK_PAUSE;
   }
   return $done;
}

# The statement with the trigger's place among those of the same moment that the shadow has by now.
sub _ordered {
   my ($self, $sql) = @_;
   my $db = $self->{orig_tbl}->{db};
   my ($own) = grep { index($sql, " TRIGGER `$db`.`$_->[0]` ") > 0 } @{ $self->{kept_triggers} };
   return $sql if !$own;
   my ($place, $passed) = ('', 0);
   foreach my $other ( grep { $_->[1] eq $own->[1] } @{ $self->{kept_triggers} } ) {
      if ( $other == $own ) { $passed = 1 }
      elsif ( !$other->[2] ) { next }
      elsif ( !$passed ) { $place = "FOLLOWS `$other->[0]`" }
      elsif ( !$place ) { $place = "PRECEDES `$other->[0]`" }
   }
   $own->[2] = 1;
   $sql =~ s/\nFOR EACH ROW\n/\nFOR EACH ROW $place\n/ if $place;
   return $sql;
}

sub _unguard {
   my ($self) = @_;
   my $dbh = delete $self->{guarded} or return;
   $dbh->{Callbacks} = undef;
   $dbh->do('UNLOCK TABLES') if delete $self->{locked};
   my $idle = delete $self->{wait_timeout};
   $dbh->do("SET SESSION wait_timeout = $idle") if $idle;
}

# ---- waiting -------------------------------------------------------------------------------------------------------

sub _gate {
   my ($self) = @_;
   return if !$self->{execute};
   $self->_wait(1);
}

sub _wait {
   my ($self, $at_gate) = @_;
   return if !$self->{execute};
   my $alive_at = Time::HiRes::time();
   while (1) {
      my $hold  = $at_gate && -e "$CONTROL/hold" && !-e "$CONTROL/cutover";
      my $pause = -e "$CONTROL/pause";
      # Who waits for a person waits for nothing else, and what is left after the gate is too little to lag behind.
      my $behind = $at_gate || $pause ? '' : $self->_behind();
      $self->{reach}->look() if $self->{reach};
      $self->_change('held',   $hold,  'held',   'released');
      $self->_change('paused', $pause, 'paused', 'resumed');
      $self->_change_behind($behind);
      return if !$hold && !$pause && !$behind;
      select(undef, undef, undef, $POLL);
      if ( Time::HiRes::time() - $alive_at >= $KEEPALIVE ) {
         $self->_keep_alive();
         $alive_at = Time::HiRes::time();
      }
   }
}

sub _change {
   my ($self, $state, $now, $begun, $ended) = @_;
   return if !!$now == !!$self->{$state};
   $self->{$state} = $now ? 1 : 0;
   # Who looks at a waiting run sees the exact count.
   $self->_tell_progress() if $now && $self->{untold};
   $self->_tell($now ? $begun : $ended);
}

# Why the replicas keep the copy waiting, as `reason detail`; nothing when they do not. Without the file nobody watches them.
sub _behind {
   my ($self) = @_;
   my @found = Time::HiRes::stat("$CONTROL/replicas");
   return '' if !@found;
   my $mark = "$found[1] $found[9]";
   if ( $mark ne ($self->{replicas_seen} || '') ) {
      open my $file, '<', "$CONTROL/replicas" or return '';
      my %said = map { chomp; my ($name, $value) = split /=/, $_, 2; ($name => defined $value ? $value : '') } <$file>;
      close $file;
      ($self->{replicas_seen}, $self->{replicas}) = ($mark, \%said);
   }
   my $said = $self->{replicas};
   return 'unwatched ' if Time::HiRes::time() - $found[9] > ($said->{patience} || 60);
   return ($said->{reason} || 'none') eq 'none' ? '' : "$said->{reason} $said->{detail}";
}

sub _change_behind {
   my ($self, $now) = @_;
   return if $now eq ($self->{behind} || '');
   $self->_tell_progress() if $now && $self->{untold};
   $self->{behind} = $now;
   return $self->_tell('follow') if !$now;
   my ($reason, $detail) = split / /, $now, 2;
   $self->_tell('behind', reason => $reason, detail => $detail);
}

sub _keep_alive {
   my ($self) = @_;
   foreach my $cxn ( $self->{cxn}, $self->{aux_cxn} ) {
      my $alive = eval { $cxn->dbh()->ping() };
      $self->_fault('keepalive', $@ || 'the server does not answer') if !$alive && !$self->{lost}++;
   }
}

# ---- telling -------------------------------------------------------------------------------------------------------

# Runs one hook's body so that nothing of it reaches the tool: neither an exception, nor `$@` and `$!`, from which the
# tool takes its exit code. `$?` is left alone: a signal ends the tool from in here, and a local one would turn its
# exit code into 0.
sub _hook {
   my ($self, $name, $body) = @_;
   local ($@, $!);
   local $SIG{__DIE__} = 'DEFAULT';
   local $SIG{__WARN__} = sub { };
   if ( !eval { $body->(); 1 } ) {
      my $fault = $@;
      eval { $self->_fault($name, $fault); };
   }
   return;
}

sub _fault {
   my ($self, $hook, $fault) = @_;
   $fault =~ s/\s+\z//;
   $self->_tell('bridge_fault', hook => $hook, text => $fault);
}

sub _tell_progress {
   my ($self) = @_;
   $self->{untold}  = 0;
   $self->{told_at} = Time::HiRes::time();
   $self->_tell('progress', rows => _number($self->{rows}), %{ $self->{chunk} || {} });
}

sub _tell_warnings {
   my ($self, $last) = @_;
   $self->{reach}->tell_warnings($last) if $self->{reach};
}

# Tells the server's ids of both sessions when they are not those told last. The driver knows them: no statement.
sub _tell_sessions {
   my ($self) = @_;
   my @ids = map { int($_->dbh()->{mysql_thread_id} || 0) } $self->{cxn}, $self->{aux_cxn};
   my $now = join ',', @ids;
   return if $now eq $self->{sessions};
   $self->{sessions} = $now;
   $self->_tell('sessions', ids => [ map { _number($_) } grep { $_ } @ids ]);
}

# As the server has them; else as the tool makes them.
sub _trigger_names {
   my ($self) = @_;
   my $tbl   = $self->{orig_tbl};
   my $names = eval {
      $self->{aux_cxn}->dbh()->selectcol_arrayref(
         'SELECT TRIGGER_NAME FROM INFORMATION_SCHEMA.TRIGGERS'
         . " WHERE TRIGGER_SCHEMA = ? AND EVENT_OBJECT_TABLE = ? AND TRIGGER_NAME LIKE 'pt\\_osc\\_%' ORDER BY TRIGGER_NAME",
         undef, $tbl->{db}, $tbl->{tbl});
   };
   return $names if $names && @$names;
   (my $prefix = "pt_osc_$tbl->{db}_$tbl->{tbl}") =~ s/\W/_/g;
   $prefix = substr($prefix, 0, 60);
   return [ map { "${prefix}_$_" } qw(del ins upd) ];
}

# What tells each trigger from one of the same name that was made later: when it was made, and all that it is. The
# application asks the same, in the same words.
sub _trigger_marks {
   my ($self) = @_;
   my $tbl  = $self->{orig_tbl};
   my $rows = $self->{aux_cxn}->dbh()->selectall_arrayref(
      "SELECT TRIGGER_NAME, CONCAT(IFNULL(UNIX_TIMESTAMP(CREATED), ''), ' ', SHA2(CONCAT_WS('/', ACTION_TIMING,"
      . ' EVENT_MANIPULATION, SQL_MODE, DEFINER, ACTION_STATEMENT), 256)) FROM INFORMATION_SCHEMA.TRIGGERS'
      . " WHERE TRIGGER_SCHEMA = ? AND EVENT_OBJECT_TABLE = ? AND TRIGGER_NAME LIKE 'pt\\_osc\\_%'",
      undef, $tbl->{db}, $tbl->{tbl});
   return { map { ($_->[0] => $_->[1]) } @$rows };
}

sub _tell {
   my ($self, $event, @fields) = @_;
   my $line = '{"seq":' . ++$self->{seq} . ',"event":' . _string($event);
   while ( my ($name, $value) = splice @fields, 0, 2 ) {
      $line .= ',' . _string($name) . ':' . _json($value);
   }
   print STDERR "\@mysqler $line}\n";
}

sub _table {
   my ($tbl) = @_;
   return { database => $tbl->{db}, table => $tbl->{tbl} };
}

# JSON by hand: no module beyond Perl's own has to be in the image. A reference to a scalar is a number, for a table may
# be named 42.
sub _json {
   my ($value) = @_;
   return 'null' if !defined $value;
   return '[' . join(',', map { _json($_) } @$value) . ']' if ref $value eq 'ARRAY';
   return '{' . join(',', map { _string($_) . ':' . _json($value->{$_}) } sort keys %$value) . '}' if ref $value eq 'HASH';
   return $$value if ref $value eq 'SCALAR';
   return _string($value);
}

sub _number {
   my $number = int($_[0] || 0);
   return \$number;
}

# ASCII only, so that no output layer can break it.
sub _string {
   my ($text) = @_;
   $text = "$text";
   utf8::decode($text) if !utf8::is_utf8($text);
   $text =~ s/([\\"])/\\$1/g;
   $text =~ s/([^\x20-\x7e])/_escape(ord $1)/ge;
   return "\"$text\"";
}

sub _escape {
   my ($code) = @_;
   return sprintf '\\u%04x', $code if $code < 0x10000;
   $code -= 0x10000;
   return sprintf '\\u%04x\\u%04x', 0xd800 + ($code >> 10), 0xdc00 + ($code & 0x3ff);
}

1;
