# harvest.pl URL  harvests a repository whole with the library HTTP::OAI: a line for each
# record, with its identifier, datestamp, status and titles.
use strict;
use warnings;
use open qw(:std :encoding(UTF-8));
use HTTP::OAI;
use HTTP::OAI::Metadata::OAI_DC;

my ($url) = @ARGV;
my $harvester = HTTP::OAI::Harvester->new(baseURL => $url, timeout => 20);

sub held {
	my ($what, $answer) = @_;
	die "$what: ", $answer->code, " ", $answer->message, "\n" if $answer->is_error;
	return $answer;
}

my $identity = held('Identify', $harvester->Identify);
$harvester->repository($identity);
print join("\t", 'repository', $identity->protocolVersion, $identity->deletedRecord, $identity->granularity), "\n";
print join("\t", 'set', $_->setSpec, $_->setName), "\n" for held('ListSets', $harvester->ListSets)->set;
print join("\t", 'format', $_->metadataPrefix), "\n" for held('ListMetadataFormats', $harvester->ListMetadataFormats)->metadataFormat;

held('ListRecords', $harvester->ListRecords(
	metadataPrefix => 'oai_dc',
	handlers => {metadata => 'HTTP::OAI::Metadata::OAI_DC'},
	onRecord => sub {
		my ($record) = @_;
		my $titles = $record->metadata ? join('|', @{$record->metadata->dc->{title}}) : '';
		print join("\t", 'record', $record->identifier, $record->datestamp, $record->status || '', $titles), "\n";
	},
));
