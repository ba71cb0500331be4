package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Who gets the page, who the text, and what goes to the service.
func TestFront(t *testing.T) {
	t.Parallel()
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	for _, tt := range []struct {
		name, method, target, accept string
		without                      bool // the page
		status                       int
		body                         string // the service answers "service"
	}{
		{"browser", "GET", "/", browser, false, 200, "<!doctype html>"},
		{"browser, HEAD", "HEAD", "/", browser, false, 200, ""},
		{"browser, no page", "GET", "/", browser, true, 200, "service"},
		{"curl", "GET", "/", "*/*", false, 200, "service"},
		{"no Accept", "GET", "/", "", false, 200, "service"},
		{"text rather than HTML", "GET", "/", "text/plain, text/html;q=0.5", false, 200, "service"},
		{"HTML refused", "GET", "/", "text/html;q=0", false, 200, "service"},
		{"bad weight", "GET", "/", "text/html;q=much", false, 200, "service"},
		{"bad Accept", "GET", "/", ";;;,/", false, 200, "service"},
		{"a call by a browser", "GET", "/?Action=DescribeRegions", browser, false, 200, "service"},
		{"a form", "POST", "/", browser, false, 200, "service"},
		{"elsewhere", "GET", "/index.html", browser, false, 200, "service"},
		{"state", "GET", "/_eip/state", browser, false, 200, "service"},
		{"health", "GET", "/healthz", "", false, 200, "ok"},
		{"health, HEAD", "HEAD", "/healthz", "", false, 200, ""},
		{"health, no page", "GET", "/healthz", browser, true, 200, "ok"},
		{"health, POST", "POST", "/healthz", "", false, 405, "only GET"},
		{"below health", "GET", "/healthz/x", "", false, 200, "service"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv := httptest.NewServer(front(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				io.WriteString(w, "service")
			}), !tt.without))
			defer srv.Close()
			req, err := http.NewRequestWithContext(t.Context(), tt.method, srv.URL+tt.target, nil)
			require.NoError(t, err)
			if tt.accept != "" {
				req.Header.Set("Accept", tt.accept)
			}
			resp, err := http.DefaultClient.Do(req)
			require.NoError(t, err)
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.Equal(t, tt.status, resp.StatusCode)
			if tt.method == "HEAD" {
				require.Empty(t, body)
			} else {
				require.True(t, strings.HasPrefix(string(body), tt.body), string(body))
			}
			if !tt.without && tt.target == "/" && tt.method != "POST" {
				require.Equal(t, "Accept", resp.Header.Get("Vary"))
			}
		})
	}
}

// The page takes nothing from elsewhere, and inserts text as text.
func TestPageSource(t *testing.T) {
	t.Parallel()
	for _, not := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "srcdoc",
		"http://", "https://", "src=", "@import", "style=\"", "onclick=", "setAttribute(\"on"} {
		require.NotContains(t, page, not)
	}
	require.Equal(t, 1, strings.Count(page, "<script>"))
	require.Equal(t, 1, strings.Count(page, "<style>"))
	policy := pagePolicy(page)
	require.NotContains(t, policy, "unsafe")
	require.NotEqual(t, policy, pagePolicy(strings.Replace(page, "<script>", "<script>;", 1)))
	require.NotEqual(t, policy, pagePolicy(strings.Replace(page, "<style>", "<style>/**/", 1)))
}
