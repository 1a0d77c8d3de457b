package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"hexi/archive"
	"hexi/ingest"
	"hexi/ingest/harvest"
)

// harvestCall is what a harvest is asked for.
type harvestCall struct {
	address      string
	kind         string
	plan         harvest.Plan
	rate         float64
	allowPrivate bool
	publish      bool
	dryRun       bool
	oai          bool // of a repository that speaks OAI-PMH
	full         bool // not only what is new there
}

func newHarvest(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "harvest",
		Short: "Bring records and images from elsewhere: IIIF manifests, OAI-PMH",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage("a harvest is of iiif or oai, and not of %q", args[0])
			}
			return cmd.Help()
		},
	}
	cmd.AddCommand(newHarvestIIIF(env), newHarvestOAI(env))
	return cmd
}

func newHarvestIIIF(env *environment) *cobra.Command {
	var call harvestCall
	cmd := &cobra.Command{
		Use:   "iiif URL",
		Short: "Bring the things of a IIIF manifest, or of a collection of them, with their images",
		Long: "Bring the things of a IIIF manifest, or of a collection and those in it (Presentation API 2 and 3), with\n" +
			"their images by the largest size that their servers give, or put together from tiles.\n\n" +
			"What comes goes through the same pipeline as what hexi ingest takes in. The same command again brings what\n" +
			"changed. A field that someone here changed since stays as it is, and the report says what the source\n" +
			"says now. docs/harvest.md tells what becomes of which property.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			call.address = args[0]
			return env.harvest(cmd.Context(), call, func(ctx context.Context, h *harvest.Harvester, g *harvesting) error {
				return h.IIIF(ctx, call.address, g)
			})
		},
	}
	call.register(env, cmd)
	return cmd
}

func newHarvestOAI(env *environment) *cobra.Command {
	call := harvestCall{oai: true}
	cmd := &cobra.Command{
		Use:   "oai URL --collection SLUG",
		Short: "Bring the records of a repository that speaks OAI-PMH 2.0",
		Long: "Bring the records of a repository that speaks OAI-PMH 2.0, by its base URL, in the format lido (with the\n" +
			"images that it links to) or oai_dc. The same command again brings what is new since, and an interrupted one\n" +
			"goes on; DATA/harvest remembers how far each came. Records that the repository deleted are told of and stay.\n\n" +
			"A field that someone here changed since stays as it is, and the report says what the source says now.\n" +
			"docs/harvest.md tells what becomes of which element.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			call.address = args[0]
			return env.harvest(cmd.Context(), call, func(ctx context.Context, h *harvest.Harvester, g *harvesting) error {
				return g.oai(ctx, h, call)
			})
		},
	}
	call.register(env, cmd)
	cmd.Flags().StringVar(&call.plan.Set, "set", "", "only the records of this `SET` of the repository")
	cmd.Flags().StringVar(&call.plan.Format, "format", "", "lido or oai_dc (default: the first of them that the repository has)")
	cmd.Flags().StringVar(&call.plan.From, "from", "", "only what changed since this `DATE`, YYYY-MM-DD (default: since the last harvest)")
	cmd.Flags().BoolVar(&call.full, "full", false, "bring all records again, not only what is new")
	return cmd
}

// register adds the flags that both kinds have.
func (call *harvestCall) register(env *environment, cmd *cobra.Command) {
	env.flags.images.registerJobs(cmd.Flags())
	cmd.Flags().StringVar(&call.plan.Collection, "collection", "", "collection for records that name none that is here (dunhuang, great-wall, …); oai needs it")
	cmd.Flags().StringVar(&call.kind, "kind", "", "kind for records that do not say it (relic, mural, document …)")
	cmd.Flags().Float64Var(&call.rate, "rate", 2, "how many requests a second each server gets")
	cmd.Flags().BoolVar(&call.allowPrivate, "allow-private", false, "let addresses of this machine and of private networks be asked")
	cmd.Flags().BoolVar(&call.plan.Again, "again", false, "fetch images again that are here and, as far as can be told, unchanged")
	cmd.Flags().BoolVar(&call.publish, "publish", false, "make the records public; not those that have changes here which nobody published")
	cmd.Flags().BoolVar(&call.dryRun, "dry-run", false, "read what is there, fetch no images, and change nothing")
}

// check refuses what is wrong with a call by itself.
func (call *harvestCall) check() error {
	if call.oai && call.plan.Collection == "" {
		return usage("name the collection of what comes: --collection SLUG")
	}
	if call.rate <= 0 || call.rate > 100 {
		return usage("--rate %v is no number of requests a second; use one above 0, up to 100", call.rate)
	}
	switch call.plan.Format {
	case "", "lido", "oai_dc":
	default:
		return usage("--format %q is not read; use lido or oai_dc", call.plan.Format)
	}
	if _, err := time.Parse(time.DateOnly, call.plan.From); call.plan.From != "" && err != nil {
		return usage("--from %q is not a date like 2026-01-31", call.plan.From)
	}
	return nil
}

// settle refuses what does not fit the archive.
func (call *harvestCall) settle(ctx context.Context, h *house) (err error) {
	if call.kind != "" {
		term, ok := h.vocabulary.Term(archive.SchemeKind, call.kind)
		if !ok {
			return usage("--kind %q is not known; use relic, mural, cave, site, document …", call.kind)
		}
		call.plan.Kind = archive.Kind(term.Code)
	}
	call.plan.NoImages = call.dryRun
	if call.plan.Collection == "" {
		return nil
	}
	call.plan.Collection, err = h.archive.HasCollection(ctx, call.plan.Collection)
	return wrongChoice(err)
}

// harvest runs a harvest to its end and tells what became of it.
func (env *environment) harvest(ctx context.Context, call harvestCall, run func(context.Context, *harvest.Harvester, *harvesting) error) error {
	if err := call.check(); err != nil {
		return err
	}
	if call.dryRun {
		clean, err := env.nothingThere()
		if err != nil {
			return err
		}
		defer clean()
	}
	h, err := openHouse(ctx, env)
	if err != nil {
		return err
	}
	defer h.Close() //nolint:errcheck // nothing is written after the commit
	if err := call.settle(ctx, h); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(h.settings.Scratch, "hexi-harvest-*")
	if err != nil {
		return fmt.Errorf("make a place for the harvest: %w", err)
	}
	defer os.RemoveAll(dir)
	batch, err := harvest.NewBatch(dir)
	if err != nil {
		return err
	}
	call.plan.Dir = batch.Files()
	g := &harvesting{house: h, batch: batch, bars: env.newBars(), report: newHarvestReport(call), kept: map[string][]harvest.Kept{}}
	g.req = ingest.Request{Collection: call.plan.Collection, Publish: call.publish, DryRun: call.dryRun, By: env.operator(), Upon: g.upon}
	defer g.bars.end()
	if !call.dryRun {
		stop, err := h.startWorkers(ctx)
		if err != nil {
			return err
		}
		defer stop()
	}
	client := harvest.NewClient(harvest.Options{Agent: "hexi/" + versionString(), Rate: call.rate, AllowPrivate: call.allowPrivate})
	err = run(ctx, harvest.New(client, h.archive, call.plan), g)
	if err = g.end(ctx, err); err != nil {
		return err
	}
	g.bars.end()
	return env.printHarvest(g.report)
}

// end takes in what is gathered and waits for the packages. An error of the source, when
// something had come of it before, goes into the report.
func (g *harvesting) end(ctx context.Context, err error) error {
	var refused *harvest.RefusedError
	if err != nil && (!errors.As(err, &refused) || g.batch.Empty() && !g.took) {
		if refused != nil && refused.Do != "" {
			return fmt.Errorf("%w; %s", err, refused.Do)
		}
		return err
	}
	if err := g.flush(ctx); err != nil {
		return err
	}
	if refused != nil {
		g.Refuse("", refused)
	}
	if g.req.DryRun {
		return nil
	}
	return g.house.pipeline.ReportPackages(ctx, g.report.Report, packagesFor)
}
