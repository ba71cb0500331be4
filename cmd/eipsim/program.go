package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	eip "github.com/eipkit/eip-go"
)

// program is what the command line says of the program itself, whichever
// service it serves.
type program struct {
	listen  string
	tls     bool
	tlsCert string
	log     logForm
	limits  limits
	version bool
}

// flags defines the flags of the program.
func (p *program) flags(fs *flag.FlagSet) {
	p.limits = defaultLimits
	fs.StringVar(&p.listen, "listen", "127.0.0.1:8089", "`address` to listen on; port 0 picks one")
	fs.BoolVar(&p.tls, "tls", false, "serve HTTPS, with a self-signed certificate made at the start; its SHA-256 is printed")
	fs.StringVar(&p.tlsCert, "tls-cert", "", "`file` to write the certificate of -tls to, in PEM")
	fs.Var(&p.log, "log", "write one line per request to stderr, without secrets: `text`, which is meant without a value, or json")
	fs.DurationVar(&p.limits.read, "read-timeout", p.limits.read, "longest `time` that a request may take to arrive")
	fs.DurationVar(&p.limits.write, "write-timeout", p.limits.write, "longest `time` that a client may take to receive an answer")
	fs.BoolVar(&p.version, "version", false, "print the version and end")
}

// check reports a flag that cannot be.
func (p *program) check() error {
	switch {
	case p.tlsCert != "" && !p.tls:
		return errors.New("-tls-cert needs -tls")
	case p.limits.read <= 0:
		return fmt.Errorf("-read-timeout %v is not positive", p.limits.read)
	case p.limits.write <= 0:
		return fmt.Errorf("-write-timeout %v is not positive", p.limits.write)
	}
	return nil
}

// logForm is the value of -log.
type logForm string

// The forms of the log.
const (
	noLog   logForm = ""
	textLog logForm = "text"
	jsonLog logForm = "json"
)

func (f *logForm) String() string { return string(*f) }

// Set implements flag.Value. The flag without a value is "true".
func (f *logForm) Set(v string) error {
	switch v {
	case "true":
		v = "text"
	case "false":
		v = ""
	case "text", "json":
	default:
		return errors.New("it is neither text nor json")
	}
	*f = logForm(v)
	return nil
}

// IsBoolFlag lets -log stand without a value.
func (f *logForm) IsBoolFlag() bool { return true }

// joinLog joins -log and a value that follows it, since package flag reads the
// value of a flag that may stand without one only behind an equals sign.
func joinLog(args []string) []string {
	args = slices.Clone(args)
	for i := 0; i+1 < len(args); i++ {
		if (args[i] == "-log" || args[i] == "--log") && (args[i+1] == "text" || args[i+1] == "json") {
			args[i] += "=" + args[i+1]
			args = slices.Delete(args, i+1, i+2)
		}
	}
	return args
}

// printVersion writes what -version prints: the version of the library, that of
// the module which go install or the version control knows, and what built it.
func printVersion(w io.Writer) error {
	module := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		module = info.Main.Version
	}
	_, err := fmt.Fprintf(w, "eipsim %s (module %s, %s %s/%s)\n", eip.Version, module, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// limits are the times that a connection has.
type limits struct {
	read  time.Duration // for a request to arrive, its body included
	write time.Duration // for an answer to be received
	idle  time.Duration // between two requests
	grace time.Duration // for the calls that run when the program is told to stop
}

var defaultLimits = limits{read: 30 * time.Second, write: 30 * time.Second, idle: 2 * time.Minute, grace: 3 * time.Second}
