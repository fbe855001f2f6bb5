package dagent

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"zarafa/agents/connection"
)

// options are a command line. The letters are those that mail servers' settings have had for twenty years.
type options struct {
	flags      *pflag.FlagSet
	file       string
	host       string
	configFile string
	recipients []string
	listen     bool
	version    bool
	dumpConfig bool

	junk, create, strip, resolve, silent bool
	qmail, now, quiet, read              bool
	verbose                              int
	folder, public, separator            string
	autoresponder                        string
	ignoreUnknown                        bool
}

// errUsage is a command line that makes no sense.
var errUsage = errors.New("usage")

func parseOptions(args []string, configFile string) (*options, error) {
	o := &options{}
	fs := pflag.NewFlagSet("zarafa-dagent", pflag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		return pflag.NormalizedName(strings.ReplaceAll(name, "_", "-"))
	})
	o.flags = fs
	connection.HostFlag(fs, &o.host)
	fs.Bool("help", false, "print the options")
	fs.StringVarP(&o.configFile, "config", "c", configFile, "read the settings from this file")
	fs.StringVarP(&o.file, "file", "f", "", "read the mail from a file, not from standard input")
	fs.BoolVarP(&o.junk, "junk", "j", false, "deliver into the folder for junk")
	fs.StringVarP(&o.folder, "folder", "F", "", "deliver into this folder, e.g. Lists\\Go; the inbox if there is none")
	fs.StringVarP(&o.public, "public", "P", "", "deliver into this folder of the public store")
	fs.StringVarP(&o.separator, "separator", "p", `\`, "what separates folders in -F and -P")
	fs.BoolVarP(&o.create, "create", "C", false, "create folders that are missing")
	fs.BoolVarP(&o.strip, "strip-email", "e", false, "leave the domain of the recipient out: it is a login name then")
	fs.BoolVarP(&o.resolve, "resolve", "R", false, "the recipient is an address")
	fs.BoolVarP(&o.silent, "silent", "s", false, "log nothing")
	fs.CountVarP(&o.verbose, "verbose", "v", "log more; twice for all")
	fs.BoolVarP(&o.qmail, "qmail", "q", false, "end with the codes that qmail understands")
	fs.BoolVarP(&o.now, "new-delivery-time", "n", false, "the mail arrives now, not when its header says")
	fs.BoolVarP(&o.quiet, "do-not-notify", "N", false, "do not tell clients of new mail")
	fs.BoolVarP(&o.read, "mark-read", "r", false, "store the mail as read")
	fs.StringVarP(&o.autoresponder, "autoresponder", "a", "", "the program that answers for users who are away")
	fs.BoolVarP(&o.listen, "listen", "l", false, "take mail by LMTP, as a daemon")
	fs.BoolVarP(&o.version, "version", "V", false, "print the version")
	fs.BoolVar(&o.dumpConfig, "dump-config", false, "print the settings in effect")
	fs.BoolVar(&o.ignoreUnknown, "ignore-unknown-config-options", false, "start in spite of unknown settings in the file")
	fs.BoolP("daemonize", "d", false, "accepted without effect")
	_ = fs.MarkHidden("daemonize") // fails only for a name that is not defined
	if err := fs.Parse(args); err != nil {
		return o, fmt.Errorf("%w: %w", errUsage, err)
	}
	o.recipients = fs.Args()
	return o, o.check()
}

func (o *options) check() error {
	problem := func(text string) error { return fmt.Errorf("%w: %s", errUsage, text) }
	switch {
	case o.version || o.dumpConfig || o.wantsHelp():
	case o.strip && o.resolve:
		return problem("-e and -R exclude each other")
	case o.listen && len(o.recipients) > 0:
		return problem("-l takes no recipients; mail servers name them")
	case !o.listen && len(o.recipients) == 0:
		return problem("there is no recipient")
	case o.folder != "" && o.public != "":
		return problem("-F and -P exclude each other")
	case o.separator == "":
		return problem("-p needs a character")
	}
	return nil
}

func (o *options) wantsHelp() bool {
	help, err := o.flags.GetBool("help")
	return help && err == nil
}

// target is where the mail goes.
func (o *options) target() Target {
	t := Target{Junk: o.junk, Create: o.create, ArrivesNow: o.now, Read: o.read, Silent: o.quiet, Public: o.public != ""}
	for _, name := range strings.Split(o.folder+o.public, o.separator) {
		if name != "" {
			t.Folder = append(t.Folder, name)
		}
	}
	return t
}

// daemonArgs are the arguments of the LMTP daemon, which the life cycle of daemons reads.
func (o *options) daemonArgs() []string {
	args := []string{"--config=" + o.configFile}
	if !o.flags.Changed("config") {
		args = nil
	}
	if o.dumpConfig {
		args = append(args, "--dump-config")
	}
	if o.ignoreUnknown {
		args = append(args, "--ignore-unknown-config-options")
	}
	for name, value := range o.settings() {
		args = append(args, "--"+name+"="+value)
	}
	return args
}

// settings are the settings that options stand for.
func (o *options) settings() map[string]string {
	m := make(map[string]string)
	if o.autoresponder != "" {
		m["autoresponder"] = o.autoresponder
	}
	switch {
	case o.silent:
		m["log_method"] = "off"
	case o.verbose == 1:
		m["log_level"] = "5"
	case o.verbose > 1:
		m["log_level"] = "6"
	}
	return m
}

// lookedUp is the name by which a recipient is looked up.
func (o *options) lookedUp(name string) string {
	if o.strip {
		name, _, _ = strings.Cut(name, "@")
	}
	return name
}
