package daemon

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"zarafa/daemon/settings"
)

// commandLine is what the arguments say.
type commandLine struct {
	configFile    string
	configGiven   bool
	showVersion   bool
	dumpConfig    bool
	ignoreUnknown bool
	arguments     []argument
}

// argument is a setting given as --option-name=value.
type argument struct{ name, text string }

// argumentFlag collects one setting. It accepts every text, so that pflag never
// repeats a value in an error message; the value is judged by the settings.
type argumentFlag struct {
	into *[]argument
	name string
}

func (f argumentFlag) Set(text string) error {
	*f.into = append(*f.into, argument{f.name, text})
	return nil
}
func (f argumentFlag) String() string { return "" }
func (f argumentFlag) Type() string   { return "value" }

// parseCommandLine reads the arguments. It returns pflag.ErrHelp after printing the
// help that was asked for.
func (p Program[C]) parseCommandLine(args []string, names []string, out io.Writer) (commandLine, error) {
	var line commandLine
	fs := pflag.NewFlagSet(p.Name, pflag.ContinueOnError)
	fs.SetOutput(io.Discard) // errors are printed once, by Run
	fs.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		return pflag.NormalizedName(strings.ReplaceAll(name, "_", "-"))
	})
	fs.StringVarP(&line.configFile, "config", "c", p.ConfigFile, "read the settings from this file")
	fs.BoolVarP(&line.showVersion, "version", "V", false, "print the version and exit")
	fs.BoolVar(&line.dumpConfig, "dump-config", false, "print the settings in effect and exit")
	fs.BoolVar(&line.ignoreUnknown, "ignore-unknown-config-options", false, "start in spite of unknown settings in the file")
	ignored(fs)
	if p.Flags != nil {
		p.Flags(fs)
	}
	slices.Sort(names)
	for _, name := range names {
		f := fs.VarPF(argumentFlag{&line.arguments, name}, name, "", "")
		f.Hidden = true
	}
	fs.Usage = func() {
		fmt.Fprintf(out, "Usage: %s [options] [--setting-name=value ...]\n\n%s\nAny setting of the settings file can be given as --setting-name=value.\n",
			p.Name, fs.FlagUsages())
	}
	if err := fs.Parse(args); err != nil {
		return line, err
	}
	line.configGiven = fs.Changed("config")
	if fs.NArg() > 0 && p.Arguments != nil {
		return line, p.Arguments(fs.Args())
	}
	if fs.NArg() > 0 {
		return line, fmt.Errorf("unexpected argument %q; %s --help lists the options", fs.Arg(0), p.Name)
	}
	return line, nil
}

// ignored accepts the options of old start scripts that have no meaning any more:
// foreground, and install and uninstall of a Windows service.
func ignored(fs *pflag.FlagSet) {
	for _, o := range []struct{ name, short string }{{"foreground", "F"}, {"install", "i"}, {"uninstall", "u"}} {
		fs.BoolP(o.name, o.short, false, "accepted without effect")
		// Only a name that is not defined could fail, and it was just defined.
		_ = fs.MarkHidden(o.name)
	}
}

// reading is one configuration with the set that filled it.
type reading[C Config] struct {
	cfg C
	set *settings.Set
}

// read makes a configuration from the command line and the file, keeping from an
// earlier reading what a reload must not change. Earlier is nil at the start.
func (p Program[C]) read(line commandLine, earlier *settings.Set) (reading[C], error) {
	r := reading[C]{cfg: p.New()}
	set, err := settings.New(r.cfg.Sections())
	if err != nil {
		return r, err
	}
	r.set = set
	for _, a := range line.arguments {
		if err := set.SetArgument(a.name, a.text); err != nil {
			return r, err
		}
	}
	err = set.ReadFile(line.configFile, settings.Source{IgnoreUnknown: line.ignoreUnknown})
	if settings.Missing(err) && !line.configGiven {
		err = nil // without the default file the defaults hold
	}
	if err != nil {
		return r, err
	}
	if earlier != nil {
		set.Keep(earlier)
	}
	if err := set.Apply(); err != nil {
		return r, err
	}
	return r, r.cfg.Finish(set)
}
