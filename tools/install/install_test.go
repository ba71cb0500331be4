package install

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

const (
	path = "github.com/eipkit/eip-go"
	root = "../.."
)

// command runs a program, and gives what it prints.
func command(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = root, append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s %v: %s", name, args, out)
	return strings.TrimSpace(string(out))
}

// proxy makes a directory that has HEAD as a version of the module, and nothing
// else.
func proxy(t *testing.T, version string) string {
	t.Helper()
	dir := t.TempDir()
	at := filepath.Join(dir, filepath.FromSlash(path), "@v")
	require.NoError(t, os.MkdirAll(at, 0o755))
	file := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(at, name), []byte(text), 0o644))
	}
	f, err := os.Create(filepath.Join(at, version+".zip"))
	require.NoError(t, err)
	head := t.TempDir()
	archive := filepath.Join(t.TempDir(), "head.tar")
	command(t, nil, "git", "archive", "--format=tar", "--output="+archive, "HEAD")
	command(t, nil, "tar", "-xf", archive, "-C", head)
	require.NoError(t, zip.CreateFromDir(f, module.Version{Path: path, Version: version}, head))
	require.NoError(t, f.Close())
	mod, err := os.ReadFile(filepath.Join(head, "go.mod"))
	require.NoError(t, err)
	file(version+".mod", string(mod))
	info, err := json.Marshal(map[string]string{"Version": version, "Time": time.Now().UTC().Format(time.RFC3339)})
	require.NoError(t, err)
	file(version+".info", string(info))
	file("list", version+"\n")
	return dir
}

// The line of README.md installs a program that runs and knows its version. The
// other modules come from this machine's cache, or from where it gets them.
func TestInstall(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"git", "tar"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("go install is not tried: %v", err)
		}
	}
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	line := regexp.MustCompile(`(?m)^go (install ` + path + `/cmd/eipsim@latest)$`).FindSubmatch(readme)
	require.NotNil(t, line, "README.md says how to install eipsim")

	const version = "v0.1.0"
	bin, cache := t.TempDir(), t.TempDir()
	env := []string{
		"GOPROXY=file://" + proxy(t, version) + ",file://" + command(t, nil, "go", "env", "GOMODCACHE") + "/cache/download," + command(t, nil, "go", "env", "GOPROXY"),
		"GONOSUMDB=" + path, "GOBIN=" + bin, "GOMODCACHE=" + cache, "GOFLAGS=-modcacherw", "GOWORK=off",
	}
	command(t, env, "go", strings.Fields(string(line[1]))...)
	require.Regexp(t, `^eipsim \S+ \(module `+regexp.QuoteMeta(version)+`, go`, command(t, nil, filepath.Join(bin, "eipsim"), "-version"))
	require.DirExists(t, filepath.Join(cache, filepath.FromSlash(path)+"@"+version, "eiptest"))
	require.NoDirExists(t, filepath.Join(cache, filepath.FromSlash(path)+"@"+version, "tools"), "nested modules are not part of it")
}
