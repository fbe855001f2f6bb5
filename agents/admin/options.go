package admin

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/pflag"
)

// action is what a call of the program is for.
type action struct {
	name, shorthand string
	argument        string // what the option's argument is, empty if it has none
	optional        string // the argument that stands for a missing one
	usage           string
	company         bool                              // whether it can be about one company (-I)
	check           func(*options) error              // may be nil
	do              func(*job, context.Context) error // nil if the server has no such function: check says so
}

// options is a parsed command line.
type options struct {
	flags  *pflag.FlagSet
	action *action // the last one given wins
	target string  // the argument of the action
	user   string  // of -u, which may accompany --hook-store

	host, configFile   string
	version            bool
	verbose            int
	moreVerbose        int
	newName            string
	password           string
	promptPassword     bool
	fullName, email    string
	admin              adminLevel
	nonActive          boolean
	group, objectType  string
	quota              quotaOptions
	meeting            meetingOptions
	addSendAs          string
	delSendAs          string
	enable, disable    string
	lang               string
	copyToPublic, utf8 bool
	company, node      string
	homeServer         string
}

// given reports whether an option stands on the command line.
func (o *options) given(name string) bool { return o.flags.Changed(name) }

// levelInfo is the log level from which the tool tells about its connection.
const levelInfo = 5

// logLevel is what --verbose and -v make of the log level, from 0 to 6.
func (o *options) logLevel() int { return o.verbose + o.moreVerbose }

// actionValue makes an option choose the action.
type actionValue struct {
	o      *options
	action *action
}

func (v actionValue) String() string { return "" }
func (v actionValue) Type() string   { return v.action.argument }

func (v actionValue) Set(text string) error {
	if v.action.name == actionUpdateUser {
		v.o.user = text
		if v.o.action != nil && v.o.action.name == actionHookStore {
			return nil
		}
	}
	v.o.action = v.action
	v.o.target = ""
	if v.action.argument != "" {
		v.o.target = text
		if text == "" {
			return errors.New("a name is needed")
		}
	}
	return nil
}

// parse reads a command line. The error is pflag.ErrHelp if help is asked for.
func parse(args []string) (*options, error) {
	for _, arg := range args {
		if err := printable(arg); err != nil {
			return nil, err
		}
	}
	o := &options{}
	o.flags = newFlags(o)
	if err := o.flags.Parse(args); err != nil {
		return nil, err
	}
	if help, _ := o.flags.GetBool("help"); help {
		return nil, pflag.ErrHelp
	}
	if rest := o.flags.Args(); len(rest) > 0 && (o.action == nil || o.action.name != actionForceResync) {
		return nil, fmt.Errorf("unexpected argument %q; a value with spaces needs quotes", rest[0])
	}
	if o.action == nil && !o.version {
		return nil, errors.New("no action given")
	}
	return o, nil
}

// printable refuses what a terminal might have slipped in.
func printable(arg string) error {
	if !utf8.ValidString(arg) {
		return fmt.Errorf("argument %q is not UTF-8", arg)
	}
	for _, r := range arg {
		if !unicode.IsPrint(r) {
			return fmt.Errorf("argument %q has a character that cannot be printed", arg)
		}
	}
	return nil
}

// newFlags defines all options.
func newFlags(o *options) *pflag.FlagSet {
	fs := pflag.NewFlagSet("zarafa-admin", pflag.ContinueOnError)
	fs.Usage = func() {}
	fs.SortFlags = false
	for _, a := range actions() {
		f := fs.VarPF(actionValue{o, a}, a.name, a.shorthand, a.usage)
		f.Hidden = a.do == nil
		if a.argument == "" {
			f.NoOptDefVal = "yes"
		}
		if a.optional != "" {
			f.NoOptDefVal = a.optional
		}
	}
	fs.StringVarP(&o.newName, "username", "U", "", "new login `name`, with -u")
	fs.StringVarP(&o.password, "password", "p", "", "`password`; every user of the machine can see it in the process list, use -P")
	fs.BoolVarP(&o.promptPassword, "password-prompt", "P", false, "ask for the password twice, or read it twice from standard input")
	fs.StringVarP(&o.fullName, "fullname", "f", "", "full `name`")
	fs.StringVarP(&o.email, "email", "e", "", "mail `address`")
	fs.VarP(&o.admin, "admin", "a", "administrator: no, yes, or 2 for the whole system")
	fs.VarP(&o.nonActive, "nonactive", "n", "yes for a shared store whose owner does not log on")
	fs.StringVarP(&o.group, "group", "i", "", "`group`, with -b and -B")
	fs.StringVar(&o.objectType, "type", "", "what NAME is: user, group, company or archive")
	o.quota.define(fs)
	o.meeting.define(fs)
	fs.StringVar(&o.addSendAs, "add-sendas", "", "allow `user` to send as the user or group")
	fs.StringVar(&o.delSendAs, "del-sendas", "", "take that back for `user`")
	fs.StringVar(&o.enable, "enable-feature", "", "enable `feature` for the user: "+strings.Join(featureNames(), ", "))
	fs.StringVar(&o.disable, "disable-feature", "", "disable `feature` for the user")
	fs.StringVar(&o.lang, "lang", "", "`language` of the folders of a new store: en, de, nl or fr")
	fs.BoolVar(&o.copyToPublic, "copyto-public", false, "with --hook-store: copy the store's contents into the public store")
	fs.StringVarP(&o.company, "company", "I", "", "`company` that users, groups or the public store are of")
	fs.StringVar(&o.node, "node", "", "work on the server with this `name`, of several")
	fs.StringVar(&o.homeServer, "home-server", "", "`name` of the server that has or will have the store of a user or company")
	fs.StringVarP(&o.host, "host", "h", "", "`address` of the server: file:///path, http://host:236/ or https://host:237/")
	fs.StringVar(&o.configFile, "config", "", "settings `file`")
	fs.IntVar(&o.verbose, "verbose", 3, "log level `N`")
	fs.CountVarP(&o.moreVerbose, "more-verbose", "v", "raise the log level")
	fs.BoolVar(&o.utf8, "utf8", false, "accepted: arguments are UTF-8 always")
	fs.BoolVarP(&o.version, "version", "V", false, "show the version")
	fs.Bool("help", false, "show this text")
	for _, name := range []string{"utf8", "copyto-public"} {
		_ = fs.MarkHidden(name) // fails only for a name that is not defined
	}
	return fs
}

// check refuses what the action cannot be carried out with, before the server is asked.
func (o *options) check() error {
	switch {
	case o.company != "" && !o.action.company:
		return fmt.Errorf("-I is of no use with --%s", o.action.name)
	case o.given("username") && o.newName == "":
		return errors.New("-U needs a name")
	case o.given("password") && o.promptPassword:
		return errors.New("give either -p or -P")
	}
	if err := o.quota.check(o.action); err != nil {
		return err
	}
	if o.action.check != nil {
		return o.action.check(o)
	}
	return nil
}

// boolean is a truth value as people write it. Unlike the settings files, a lone n is no.
type boolean struct{ value, given bool }

func (b *boolean) Type() string   { return "yes|no" }
func (b *boolean) String() string { return "" }

func (b *boolean) Set(text string) error {
	switch strings.ToLower(text) {
	case "yes", "y", "true", "on", "1":
		b.value = true
	case "no", "n", "false", "off", "0", "":
		b.value = false
	default:
		return errors.New("write yes or no")
	}
	b.given = true
	return nil
}

// adminLevel is 0, 1 for an administrator, 2 for one of the whole system.
type adminLevel struct {
	value uint32
	given bool
}

func (a *adminLevel) Type() string   { return "yes|no|2" }
func (a *adminLevel) String() string { return "" }

func (a *adminLevel) Set(text string) error {
	if n, err := strconv.ParseUint(text, 10, 32); err == nil {
		a.value = min(uint32(n), 2)
	} else {
		var b boolean
		if err := b.Set(text); err != nil {
			return errors.New("write yes, no or a number from 0 to 2")
		}
		a.value = 0
		if b.value {
			a.value = 1
		}
	}
	a.given = true
	return nil
}
