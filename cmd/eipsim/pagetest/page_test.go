package pagetest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The page in a browser. One Chromium and one program serve all cases.
func TestPage(t *testing.T) {
	t.Parallel()
	b := launch(t)
	program := startProgram(t)
	open := func(t *testing.T, d *double) *tab { return b.open(t, d.serve(t, program), 1200, 900, false) }

	t.Run("empty", func(t *testing.T) {
		t.Parallel()
		p := open(t, empty())
		p.until(`document.querySelector("#live").textContent === "live"`)
		for _, want := range []string{"There are no addresses", "There were no calls yet", "No faults are set", "0 of 20", "Regions without addresses: 7", "Instances: 3"} {
			require.Contains(t, p.text(), want)
		}
		require.NotContains(t, p.text(), "undefined")
		require.Empty(t, p.said())
	})

	t.Run("text of the service stays text", func(t *testing.T) {
		t.Parallel()
		p := open(t, faulty())
		p.until(`document.body.innerText.includes("198.51.100.15")`)
		p.until(`document.querySelectorAll("#calls tbody tr").length === 9`)
		var hacked bool
		p.eval(`window.hacked !== undefined || document.querySelector("main img, main script") !== null`, &hacked)
		require.False(t, hacked)
		require.GreaterOrEqual(t, strings.Count(p.text(), hostile), 3, "a name, a tag and an action")
		for _, want := range []string{"17 of 20", "-1h0m0s", "123,456.5", "eipsg-2zett8ba055tbsxme5jnd", "203.0.113.0/28", "SomethingNew", "team = network",
			"cut-after for AllocateEipAddress, 3 times", "throttle for any action", "foreign for any action, 12.5 % of attempts", "no answer", "did not run", "refused",
			"attempt 2", "Throttling.User"} {
			require.Contains(t, p.text(), want)
		}
		require.NotContains(t, p.text(), "undefined")
		require.Empty(t, p.said())
	})

	t.Run("live", func(t *testing.T) {
		t.Parallel()
		d := busy()
		p := open(t, d)
		badges := `[...document.querySelectorAll("#regions tr")].find(r => r.textContent.includes("198.51.100.13")).querySelector(".badge").textContent`
		p.until(badges + ` === "Associating"`)
		list := d.state["regions"].([]object)[3]
		d.set(func() {
			list["addresses"].([]object)[2]["status"] = "InUse"
			d.call("ReleaseEipAddress", 1, "", true, 200, "")
		})
		p.until(badges + ` === "InUse"`)
		p.until(`document.querySelector("#calls tbody tr").textContent.includes("ReleaseEipAddress")`)
		d.set(func() { list["addresses"] = list["addresses"].([]object)[:3] })
		p.until(`document.querySelector("#regions tr.gone").textContent.includes("198.51.100.14")`)
		p.until(`document.querySelector("#regions tr.gone") === null`)
		d.set(func() { d.calls = d.calls[:1] }) // the service began anew
		p.until(`document.querySelectorAll("#calls tbody tr").length === 1`)
		require.Empty(t, p.said())
	})

	t.Run("faults", func(t *testing.T) {
		t.Parallel()
		d := empty()
		p := open(t, d)
		p.until(`document.querySelector("#live").textContent === "live"`)
		p.eval(`document.querySelector("button[data-fault=cut-after]").click()`, nil)
		p.until(`document.querySelector("#faults").textContent.includes("cut-after for AllocateEipAddress")`)
		p.eval(`document.querySelector("#action").value = ""; document.querySelector("#times").value = 3; document.querySelector("button[data-fault=throttle]").click()`, nil)
		p.until(`document.querySelector("#faults").textContent.includes("throttle for any action, 3 times")`)
		p.eval(`document.querySelector("#times").value = 0; document.querySelector("button[data-fault=throttle]").click()`, nil)
		p.eval(`document.querySelector("#clear").click()`, nil)
		p.until(`document.querySelector("#faults").textContent.includes("No faults are set")`)
		require.Equal(t, []string{
			`POST /_eip/faults application/json {"action":"AllocateEipAddress","fault":"cut-after","times":1}`,
			`POST /_eip/faults application/json {"action":"","fault":"throttle","times":3}`,
			`DELETE /_eip/faults`,
		}, d.requests())
		require.Empty(t, p.said())
		d.set(func() { d.refuse = `{"error": "hang: <img src=x> is not known"}` })
		p.eval(`document.querySelector("#times").value = 1; document.querySelector("button[data-fault=hang]").click()`, nil)
		p.until(`document.querySelector("#said").textContent.includes("Not done: /_eip/faults answers 400: hang: <img src=x> is not known")`)
	})

	t.Run("only faults and errors", func(t *testing.T) {
		t.Parallel()
		p := open(t, faulty())
		p.until(`document.querySelectorAll("#calls tbody tr").length === 9`)
		p.eval(`document.querySelector("#only").click()`, nil)
		p.until(`document.querySelectorAll("#calls tbody tr").length === 5`)
	})

	t.Run("no endpoints", func(t *testing.T) {
		t.Parallel()
		for _, tt := range []struct {
			d    *double
			says string
		}{
			{&double{absent: true}, "This service does not tell its state: /_eip/state answers 404."},
			{&double{plain: true}, "This service does not tell its state: /_eip/state answers 200, but not with JSON."},
		} {
			p := open(t, tt.d)
			p.until(fmt.Sprintf(`document.querySelector("#message").textContent.includes(%q) && !document.querySelector("#message").hidden`, tt.says))
			p.until(`document.querySelectorAll("#buttons button:enabled").length === 0`)
			tt.d.set(func() { tt.d.absent, tt.d.plain, tt.d.state = false, false, empty().state })
			p.until(`document.querySelector("#message").hidden && document.querySelector("#live").textContent === "live"`)
			p.until(`document.querySelectorAll("#buttons button:disabled").length === 0`)
		}
	})
}

// picture is one look at the page.
type picture struct {
	name  string
	d     func() *double
	width int
	dark  bool
}

// The page fits its window, and its text can be read, wide and narrow, light and
// dark. EIPSIM_PICTURES names a directory for pictures.
func TestPictures(t *testing.T) {
	t.Parallel()
	b := launch(t)
	program := startProgram(t)
	keep := os.Getenv("EIPSIM_PICTURES")
	absent := func() *double { return &double{absent: true} }
	for _, state := range []picture{{name: "empty", d: empty}, {name: "busy", d: busy}, {name: "faults", d: faulty}, {name: "absent", d: absent}} {
		for _, width := range []int{1200, 1061, 720, 380} {
			for _, dark := range []bool{false, true} {
				look := picture{name: fmt.Sprintf("%s-%d-%s", state.name, width, map[bool]string{false: "light", true: "dark"}[dark]), d: state.d, width: width, dark: dark}
				t.Run(look.name, func(t *testing.T) {
					p := b.open(t, look.d().serve(t, program), look.width, 900, look.dark)
					p.until(`document.querySelector("#live").textContent !== "connecting" && document.getAnimations().length === 0`)
					p.eval(`document.querySelectorAll("details").forEach(d => d.open = true)`, nil)
					var wide []string
					p.eval(overflowing, &wide)
					require.Empty(t, wide, "elements that are wider than the window")
					var pale []string
					p.eval(unreadable, &pale)
					require.Empty(t, pale, "text with too little contrast")
					if keep != "" {
						require.NoError(t, os.WriteFile(filepath.Join(keep, look.name+".png"), p.picture(), 0o644))
					}
				})
			}
		}
	}
}

// overflowing lists the elements that reach out of the window.
const overflowing = `[...document.querySelectorAll("body *")].filter(e => {
	const r = e.getBoundingClientRect();
	return r.width > 1 && r.right > document.documentElement.clientWidth + 0.5;
}).map(e => e.tagName + " " + e.textContent.slice(0, 40)).concat(
	document.documentElement.scrollWidth > document.documentElement.clientWidth ? ["the page scrolls sideways"] : [])`

// unreadable lists the text whose contrast with what is behind it is below 4.5,
// the least that WCAG 2 asks for.
const unreadable = `(() => {
	const parse = c => { const m = c.match(/[\d.]+/g).map(Number); return m.length < 4 ? [...m, 1] : m; };
	const light = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
		.reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0);
	const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c[3] === 1) return c; } return [255, 255, 255, 1]; };
	const out = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walker.nextNode()) {
		const e = walker.currentNode.parentElement;
		if (!walker.currentNode.data.trim() || !e.getClientRects().length || e.tagName === "SCRIPT" || e.tagName === "OPTION") continue;
		const a = light(parse(getComputedStyle(e).color)), b = light(behind(e));
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		if (ratio < 4.5) out.push(e.tagName + " " + walker.currentNode.data.slice(0, 40) + ": " + ratio.toFixed(2));
	}
	return out;
})()`
