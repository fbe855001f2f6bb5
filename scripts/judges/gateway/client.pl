# Mail::IMAPClient reads and changes a mailbox: client.pl PORT USER FOLDER, with the mails that the inbox has, one a file.
use strict;
use warnings;
use Mail::IMAPClient;

my ($port, $user, $folder) = @ARGV;
my $imap = Mail::IMAPClient->new(Server => '127.0.0.1', Port => $port, User => $user, Password => 'secret', Uid => 1, Peek => 1)
	or die "no connection: $@";
sub ok { my ($what, $is) = @_; die "$what: " . ($imap->LastError // '') . "\n" unless $is; return $is }

ok('select', $imap->select('INBOX'));
my @ids = $imap->messages;
my @files = sort glob("$folder/*");
ok('number of mails', @ids == @files);
for my $n (0 .. $#ids) {
	open(my $file, '<:raw', $files[$n]) or die $!;
	my $want = do { local $/; <$file> };
	my $got = ok("mail $n", $imap->message_string($ids[$n]));
	ok("bytes of mail $n", $got eq $want);
	ok("size of mail $n", $imap->size($ids[$n]) == length $want);
}
my $structure = ok('structure', $imap->get_bodystructure($ids[10]));
my @parts = grep { $_->bodytype =~ /TEXT|MESSAGE|APPLICATION/ } $structure->bodystructure;
ok('parts', $structure->bodytype eq 'MULTIPART' && @parts == 3);
my $envelope = ok('envelope', $imap->get_envelope($ids[0]));
ok('sender', $envelope->from_addresses eq 'Carol <carol@example.org>');
ok('create', $imap->create('Folder with "quotes"'));
ok('listed', grep { $_ eq 'Folder with "quotes"' } $imap->folders);
ok('append', my $uid = $imap->append_string('Folder with "quotes"', "Subject: new\r\n\r\ntext\r\n", '\Flagged'));
ok('move', $imap->move('Folder with "quotes"', $ids[0]));
ok('select it', $imap->select('Folder with "quotes"'));
ok('two mails', $imap->message_count == 2);
ok('flags', grep { $_ eq '\Flagged' } $imap->flags($uid));
ok('search', ($imap->search('SUBJECT', \'new'))[0] == $uid);
ok('delete', $imap->delete_message($uid));
ok('expunge', $imap->expunge);
ok('one mail', $imap->message_count == 1);
ok('close', $imap->close);
ok('delete it', $imap->delete('Folder with "quotes"'));
$imap->logout;
