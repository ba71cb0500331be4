package eip_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	goBlock   = regexp.MustCompile("(?s)<!-- code: (\\S+) -->\n```go\n(.*?)```")
	marker    = regexp.MustCompile(`(?s)// README: (\w+)\n(.*?)\n[ \t]*// README: end`)
	localLink = regexp.MustCompile(`\]\(([^)#:]+)\)`)
	runPath   = regexp.MustCompile("go run (\\./[^\\s`]+)")
)

// dedent takes the indentation of the first line off all lines.
func dedent(s string) string {
	indent := s[:len(s)-len(strings.TrimLeft(s, "\t"))]
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], indent)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// The README's code is the code of example_test.go, which is compiled and run.
func TestReadmeCode(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	source, err := os.ReadFile("example_test.go")
	require.NoError(t, err)
	parts := map[string]string{}
	for _, m := range marker.FindAllStringSubmatch(string(source), -1) {
		parts[m[1]] = dedent(m[2])
	}
	blocks := goBlock.FindAllStringSubmatch(string(readme), -1)
	require.Equal(t, strings.Count(string(readme), "```go"), len(blocks), "a block of Go without a name")
	require.Len(t, blocks, len(parts))
	for _, b := range blocks {
		assert.Equal(t, parts[b[1]], strings.TrimSpace(b[2]), "README block %s", b[1])
	}
}

// Links to files and the programs that the README names exist.
func TestReadmeLinks(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"README.md", "CONTRIBUTING.md", "CHANGELOG.md"} {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, m := range localLink.FindAllStringSubmatch(string(text), -1) {
			_, err := os.Stat(m[1])
			assert.NoError(t, err, "%s links to %s", name, m[1])
		}
		for _, m := range runPath.FindAllStringSubmatch(string(text), -1) {
			files, err := filepath.Glob(filepath.Join(m[1], "*.go"))
			require.NoError(t, err)
			assert.NotEmpty(t, files, "%s runs %s", name, m[1])
		}
	}
}
