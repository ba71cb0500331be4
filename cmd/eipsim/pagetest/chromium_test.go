package pagetest

import (
	"bufio"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// browser is a Chromium that is driven over pipes, in its DevTools protocol: JSON
// messages that end with a zero byte.
type browser struct {
	out io.Writer

	mu      sync.Mutex
	last    int
	waiting map[int]chan reply
	tabs    map[string]*tab
	ended   error
}

type reply struct {
	Result json.RawMessage
	Error  *struct{ Message string }
}

// launch starts Chromium. It skips the test if there is none.
func launch(t *testing.T) *browser {
	t.Helper()
	program, err := exec.LookPath(cmp.Or(os.Getenv("CHROMIUM"), "chromium"))
	if err != nil {
		t.Skipf("the page is not tested: %v", err)
	}
	theirIn, ourOut, err := os.Pipe()
	require.NoError(t, err)
	ourIn, theirOut, err := os.Pipe()
	require.NoError(t, err)
	cmd := exec.Command(program, "--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-quic",
		"--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
		"--hide-scrollbars", "--user-data-dir="+t.TempDir())
	cmd.ExtraFiles = []*os.File{theirIn, theirOut} // 3 and 4 there
	require.NoError(t, cmd.Start())
	theirIn.Close()
	theirOut.Close()
	b := &browser{out: ourOut, waiting: map[int]chan reply{}, tabs: map[string]*tab{}}
	read := make(chan struct{})
	go func() { defer close(read); b.read(ourIn) }()
	t.Cleanup(func() {
		_, _ = b.call("", "Browser.close", nil)
		ourOut.Close()
		_ = cmd.Wait()
		<-read
		ourIn.Close()
	})
	return b
}

func (b *browser) read(from io.Reader) {
	r := bufio.NewReaderSize(from, 1<<20)
	for {
		text, err := r.ReadBytes(0)
		if err != nil {
			b.mu.Lock()
			b.ended = fmt.Errorf("chromium ended: %w", err)
			for id, c := range b.waiting {
				close(c)
				delete(b.waiting, id)
			}
			b.mu.Unlock()
			return
		}
		var m struct {
			reply
			ID        int
			SessionID string
			Method    string
			Params    json.RawMessage
		}
		if json.Unmarshal(text[:len(text)-1], &m) != nil {
			continue
		}
		b.mu.Lock()
		if c := b.waiting[m.ID]; m.Method == "" && c != nil {
			delete(b.waiting, m.ID)
			c <- m.reply
		} else if tab := b.tabs[m.SessionID]; tab != nil && (m.Method == "Log.entryAdded" || m.Method == "Runtime.exceptionThrown") {
			tab.complaints = append(tab.complaints, string(m.Params))
		}
		b.mu.Unlock()
	}
}

func (b *browser) call(session, method string, params any) (json.RawMessage, error) {
	b.mu.Lock()
	if b.ended != nil {
		b.mu.Unlock()
		return nil, b.ended
	}
	b.last++
	c := make(chan reply, 1)
	b.waiting[b.last] = c
	m := map[string]any{"id": b.last, "method": method}
	if params != nil {
		m["params"] = params
	}
	if session != "" {
		m["sessionId"] = session
	}
	text, err := json.Marshal(m)
	if err == nil {
		_, err = b.out.Write(append(text, 0))
	}
	b.mu.Unlock()
	if err != nil {
		return nil, err
	}
	answer, ok := <-c
	if !ok {
		return nil, errors.New("chromium ended")
	}
	if answer.Error != nil {
		return nil, fmt.Errorf("%s: %s", method, answer.Error.Message)
	}
	return answer.Result, nil
}

// tab is one page in the browser.
type tab struct {
	t       *testing.T
	b       *browser
	session string

	complaints []string // of the console; guarded by b.mu
}

// object is a JSON object.
type object map[string]any

// open opens a page in a window of a size, in light or dark colours.
func (b *browser) open(t *testing.T, url string, width, height int, dark bool) *tab {
	t.Helper()
	var made struct{ TargetID, SessionID string }
	ask := func(method string, params object) {
		res, err := b.call("", method, params)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(res, &made))
	}
	ask("Target.createTarget", object{"url": "about:blank"})
	ask("Target.attachToTarget", object{"targetId": made.TargetID, "flatten": true})
	p := &tab{t: t, b: b, session: made.SessionID}
	b.mu.Lock()
	b.tabs[p.session] = p
	b.mu.Unlock()
	scheme := map[bool]string{false: "light", true: "dark"}[dark]
	p.call("Emulation.setDeviceMetricsOverride", object{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
	p.call("Emulation.setEmulatedMedia", object{"features": []object{{"name": "prefers-color-scheme", "value": scheme}}})
	for _, domain := range []string{"Page", "Runtime", "Log"} {
		p.call(domain+".enable", nil)
	}
	p.call("Page.navigate", object{"url": url})
	t.Cleanup(func() { _, _ = b.call("", "Target.closeTarget", object{"targetId": made.TargetID}) })
	return p
}

func (p *tab) call(method string, params any) json.RawMessage {
	p.t.Helper()
	res, err := p.b.call(p.session, method, params)
	require.NoError(p.t, err)
	return res
}

// eval evaluates an expression, awaits it if it is a promise, and decodes it.
func (p *tab) eval(expression string, into any) {
	p.t.Helper()
	res := p.call("Runtime.evaluate", object{"expression": expression, "awaitPromise": true, "returnByValue": true})
	var got struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails json.RawMessage
	}
	require.NoError(p.t, json.Unmarshal(res, &got))
	require.Empty(p.t, string(got.ExceptionDetails), expression)
	if into != nil {
		require.NoError(p.t, json.Unmarshal(got.Result.Value, into), expression)
	}
}

// until waits until an expression is true.
func (p *tab) until(expression string) {
	p.t.Helper()
	p.eval(`new Promise((done, fail) => {
		const begun = Date.now();
		(function look() {
			let is = false;
			try { is = !!(`+expression+`) } catch {} // the document may not be there yet
			if (is) return done(true);
			if (Date.now() - begun > 20000) return fail(new Error("not within 20 s; the page says: " + document.body.innerText));
			setTimeout(look, 20);
		})();
	})`, nil)
}

// text is what the page shows.
func (p *tab) text() (text string) {
	p.t.Helper()
	p.eval("document.body.innerText", &text)
	return text
}

// said is what the console said since the page was opened.
func (p *tab) said() []string {
	p.b.mu.Lock()
	defer p.b.mu.Unlock()
	return append([]string{}, p.complaints...)
}

// picture is the whole page as PNG.
func (p *tab) picture() []byte {
	p.t.Helper()
	res := p.call("Page.captureScreenshot", object{"format": "png", "captureBeyondViewport": true})
	var got struct{ Data string }
	require.NoError(p.t, json.Unmarshal(res, &got))
	png, err := base64.StdEncoding.DecodeString(got.Data)
	require.NoError(p.t, err)
	return png
}
