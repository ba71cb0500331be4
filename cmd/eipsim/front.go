package main

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// page is the page that a browser gets. Style and script are in it.
//
//go:embed page.html
var page string

// front answers what is not meant for the service: GET /healthz, and a visit by
// a browser if withPage is set. Everything else goes to the service.
func front(service http.Handler, withPage bool) http.Handler {
	policy := pagePolicy(page)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reads := r.Method == http.MethodGet || r.Method == http.MethodHead
		switch {
		case r.URL.Path == "/healthz":
			if !reads {
				w.Header().Set("Allow", "GET, HEAD")
				http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
				return
			}
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.Header().Set("Cache-Control", "no-store")
			io.WriteString(w, "ok")
		case withPage && reads && r.URL.Path == "/" && r.URL.RawQuery == "":
			w.Header().Set("Vary", "Accept")
			if !wantsHTML(r.Header.Values("Accept")) {
				service.ServeHTTP(w, r)
				return
			}
			h := w.Header()
			h.Set("Content-Type", "text/html; charset=utf-8")
			h.Set("Content-Security-Policy", policy)
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Referrer-Policy", "no-referrer")
			h.Set("Cache-Control", "no-cache")
			io.WriteString(w, page)
		default:
			service.ServeHTTP(w, r)
		}
	})
}

// wantsHTML reports whether a client asks for HTML by name, and not less than
// for text. A client that takes anything, as curl does, gets the text.
func wantsHTML(accept []string) bool {
	html, text := 0.0, 0.0
	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		kind, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		q := 1.0
		if v, given := params["q"]; given {
			if q, err = strconv.ParseFloat(v, 64); err != nil {
				continue
			}
		}
		switch kind {
		case "text/html", "application/xhtml+xml":
			html = max(html, q)
		case "text/plain":
			text = max(text, q)
		}
	}
	return html > 0 && html >= text
}

// pagePolicy allows the page its own style and script, by their hashes, and
// connections to the service, and nothing else.
func pagePolicy(page string) string {
	hash := func(tag string) string {
		_, rest, _ := strings.Cut(page, "<"+tag+">")
		text, _, _ := strings.Cut(rest, "</"+tag+">")
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; style-src " + hash("style") + "; script-src " + hash("script") +
		"; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}
