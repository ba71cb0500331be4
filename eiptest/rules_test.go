package eiptest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A rule is a row of RULES.md.
type rule struct{ text, document, test string }

// The documents of RULES.md and how many lines each has.
var ruleDocuments = map[string]int{
	"AllocateEipAddressPro page":         426,
	"2017 AllocateEipAddress page":       55,
	"AllocateEipSegmentAddress page":     166,
	"2019 API reference":                 2223,
	"Zenlayer AllocateEipAddresses page": 155,
}

// testDirs are where the tests of a package are.
var testDirs = map[string]string{"": ".", "zenlayertest": "../zenlayer/zenlayertest"}

// readRules gives the rows of the text, and what is wrong with its form.
func readRules(text string) (rules []rule, faults []string) {
	bad := func(line int, format string, args ...any) {
		faults = append(faults, fmt.Sprintf("line %d: ", line)+fmt.Sprintf(format, args...))
	}
	seen := map[string]bool{}
	section := ""
	for i, line := range strings.Split(text, "\n") {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			section = title
		}
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "| --- ") || strings.HasPrefix(line, "| Rule ") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for j := range cells {
			cells[j] = strings.TrimSpace(cells[j])
		}
		switch {
		case len(cells) != 3:
			bad(i+1, "%d cells, want 3", len(cells))
			continue
		case slices.Contains(cells, ""):
			bad(i+1, "a cell is empty")
			continue
		case seen[section+cells[0]+cells[1]]:
			bad(i+1, "the rule is there twice")
		}
		seen[section+cells[0]+cells[1]] = true
		if fault := wrongPlace(cells[1]); fault != "" {
			bad(i+1, "%s", fault)
		}
		rules = append(rules, rule{cells[0], cells[1], cells[2]})
	}
	return rules, faults
}

var placeForm = regexp.MustCompile(`^(.+?), lines? (\d+)(?:-(\d+))?$`)

// wrongPlace says what is wrong with "document, line 1, document, lines 2-3".
func wrongPlace(cell string) string {
	for place := range strings.SplitSeq(strings.ReplaceAll(cell, ", line", "; line"), ", ") {
		m := placeForm.FindStringSubmatch(strings.Replace(place, "; line", ", line", 1))
		if m == nil {
			return fmt.Sprintf("%q names no line of a document", place)
		}
		lines, known := ruleDocuments[m[1]]
		from, _ := strconv.Atoi(m[2])
		to := from
		if m[3] != "" {
			to, _ = strconv.Atoi(m[3])
		}
		switch {
		case !known:
			return fmt.Sprintf("there is no document %q", m[1])
		case from < 1 || to < from || to > lines || m[3] != "" && to == from:
			return fmt.Sprintf("%q has %d lines: %s", m[1], lines, place)
		}
	}
	return ""
}

// provokedCodes are the cases of TestDocumentedRefusals, by their names.
func provokedCodes() map[string]bool {
	all := map[string]bool{}
	for _, p := range slices.Concat(table, packageTable) {
		all[p.action+"/"+p.code] = true
	}
	return all
}

// testsIn lists the tests of a directory, from its files.
func testsIn(t *testing.T, dir string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	tests := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\) \{$`).FindAllSubmatch(text, -1) {
			tests[string(m[1])] = true
		}
	}
	return tests
}

// wrongTests says which of the tests of rules are not there.
func wrongTests(rules []rule, tests map[string]map[string]bool, cases map[string]bool) (faults []string) {
	for _, r := range rules {
		for name := range strings.SplitSeq(r.test, ", ") {
			pkg := ""
			if before, after, ok := strings.Cut(name, "."); ok && !strings.Contains(before, "/") {
				pkg, name = before, after
			}
			top, sub, hasSub := strings.Cut(name, "/")
			switch {
			case tests[pkg] == nil || !tests[pkg][top]:
				faults = append(faults, fmt.Sprintf("%s: there is no test %s", r.text, r.test))
			case hasSub && (top != "TestDocumentedRefusals" || !cases[sub]):
				faults = append(faults, fmt.Sprintf("%s: %s has no case %s", r.text, top, sub))
			case !hasSub && top == "TestDocumentedRefusals":
				faults = append(faults, r.text+": the case is not named")
			}
		}
	}
	return faults
}

// Every rule of RULES.md has its line in a document and a test that exists.
func TestRules(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("RULES.md")
	require.NoError(t, err)
	rules, faults := readRules(string(text))
	require.Empty(t, faults)
	count := regexp.MustCompile(`the number of rules is right: (\d+)\.`).FindSubmatch(text)
	require.NotNil(t, count)
	require.Equal(t, string(count[1]), strconv.Itoa(len(rules)))
	tests := map[string]map[string]bool{}
	for pkg, dir := range testDirs {
		tests[pkg] = testsIn(t, dir)
	}
	require.Empty(t, wrongTests(rules, tests, provokedCodes()))

	// Every document has rules, and every code of the tables of these documents a row.
	of := map[string]bool{}
	for name := range ruleDocuments {
		require.Contains(t, string(text), name+", line")
	}
	for _, r := range rules {
		for _, m := range regexp.MustCompile("`([A-Za-z_.]+)`").FindAllStringSubmatch(r.text, -1) {
			of[m[1]] = true
		}
	}
	for _, row := range readFacts(t).Documented {
		if action := row[0].(string); !strings.Contains(action, "CommonBandwidthPackage") {
			require.True(t, of[row[2].(string)], "%s of %s has no rule", row[2], action)
		}
	}
}

// What TestRules refuses.
func TestRulesAreChecked(t *testing.T) {
	t.Parallel()
	const good = "2019 API reference, line 7"
	for _, tt := range []struct{ row, want string }{
		{"| a | " + good + " | TestHere |", ""},
		{"| a | " + good + ", 2017 AllocateEipAddress page, lines 3-5 | TestHere |", ""},
		{"| a | " + good + " |", "line 1: 2 cells, want 3"},
		{"| a | " + good + " | TestHere | more |", "line 1: 4 cells, want 3"},
		{"| a | " + good + " | |", "line 1: a cell is empty"},
		{"| a | | TestHere |", "line 1: a cell is empty"},
		{"| a | " + good + " | TestHere |\n| a | " + good + " | TestHere |", "line 2: the rule is there twice"},
		{"| a | 2019 API reference | TestHere |", `line 1: "2019 API reference" names no line of a document`},
		{"| a | 2020 API reference, line 7 | TestHere |", `line 1: there is no document "2020 API reference"`},
		{"| a | 2019 API reference, line 2224 | TestHere |", "has 2223 lines"},
		{"| a | 2019 API reference, lines 9-8 | TestHere |", "has 2223 lines"},
		{"| a | 2019 API reference, line 0 | TestHere |", "has 2223 lines"},
		{"| a | " + good + " | TestNowhere |", "a: there is no test TestNowhere"},
		{"| a | " + good + " | other.TestHere |", "a: there is no test other.TestHere"},
		{"| a | " + good + " | pkg.TestThere |", ""},
		{"| a | " + good + " | TestHere, pkg.TestHere |", "a: there is no test TestHere, pkg.TestHere"},
		{"| a | " + good + " | TestHere/x |", "a: TestHere has no case x"},
		{"| a | " + good + " | TestDocumentedRefusals/Act/Some.Code |", ""},
		{"| a | " + good + " | TestDocumentedRefusals/Act/Other |", "a: TestDocumentedRefusals has no case Act/Other"},
		{"| a | " + good + " | TestDocumentedRefusals |", "a: the case is not named"},
	} {
		rules, faults := readRules(tt.row)
		tests := map[string]map[string]bool{"": {"TestHere": true, "TestDocumentedRefusals": true}, "pkg": {"TestThere": true}}
		faults = append(faults, wrongTests(rules, tests, map[string]bool{"Act/Some.Code": true})...)
		if tt.want == "" {
			require.NotEmpty(t, rules, tt.row)
			require.Empty(t, faults, tt.row)
			continue
		}
		require.Contains(t, strings.Join(faults, "\n"), tt.want, tt.row)
	}
}
