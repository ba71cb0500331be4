package transport

import (
	"bytes"
	"io"
	"net"
	"sync/atomic"
)

// tidyConn is a connection that ends when the peer sends something which nobody
// asked for. net/http reads on while a connection is idle, and prints what comes
// then, or was left over behind an answer, to the standard logger, up to 4 KiB of
// it: a broken peer could write anything into a program's log.
//
// It follows the framing of HTTP/1.1 answers to know where one ends. Where it
// does not understand the peer it stops looking, and lets everything through.
type tidyConn struct {
	net.Conn
	asked atomic.Bool // since the last answer ended
	ended bool        // something was left over

	state  state
	line   []byte // of the head or between chunks, so far
	left   int64  // bytes of the body or chunk
	status int64
	length int64 // announced, or -1
	chunks bool
}

type state uint8

const (
	inStatus state = iota // or between answers
	inHeader
	inBody
	inSize // of a chunk
	inChunk
	inChunkEnd
	inTrailer
	blind // not understood
)

// longestLine of a head is looked at.
const longestLine = 8 << 10

func (c *tidyConn) Write(p []byte) (int, error) {
	c.asked.Store(true)
	return c.Conn.Write(p)
}

func (c *tidyConn) Read(p []byte) (int, error) {
	if c.ended {
		return 0, io.EOF
	}
	n, err := c.Conn.Read(p)
	if owed := c.follow(p[:n]); owed < n {
		c.ended = true
		if n = owed; n == 0 {
			return 0, io.EOF
		}
	}
	return n, err
}

// follow returns how many bytes of b belong to an answer.
func (c *tidyConn) follow(b []byte) int {
	for i := 0; i < len(b); {
		switch c.state {
		case blind:
			return len(b)
		case inBody, inChunk:
			n := min(c.left, int64(len(b)-i))
			i += int(n)
			if c.left -= n; c.left > 0 {
				return len(b)
			}
			if c.state == inChunk {
				c.state = inChunkEnd
			} else {
				c.answered()
			}
			continue
		case inStatus:
			if !c.asked.Load() {
				return i
			}
		}
		end := bytes.IndexByte(b[i:], '\n')
		if end < 0 {
			c.line = append(c.line, b[i:]...)
			if len(c.line) > longestLine {
				c.state, c.line = blind, nil
			}
			return len(b)
		}
		line := b[i : i+end]
		if len(c.line) > 0 {
			line = append(c.line, line...)
			c.line = line[:0]
		}
		i += end + 1
		c.next(bytes.TrimSuffix(line, []byte("\r")))
	}
	return len(b)
}

func (c *tidyConn) answered() {
	c.state = inStatus
	c.asked.Store(false)
}

// next takes a line of a head or between chunks.
func (c *tidyConn) next(line []byte) {
	was := c.state
	c.state = blind // if nothing else is found
	switch was {
	case inStatus:
		version, rest, _ := bytes.Cut(line, []byte(" "))
		if status, ok := number(rest[:min(len(rest), 3)], 10); ok && string(version) == "HTTP/1.1" {
			c.state, c.status, c.length, c.chunks = inHeader, status, -1, false
		}
	case inHeader:
		if len(line) == 0 {
			c.body()
			return
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			if c.chunks || !bytes.EqualFold(value, []byte("chunked")) {
				return
			}
			c.chunks = true
		case bytes.EqualFold(name, []byte("Content-Length")):
			n, ok := number(value, 10)
			if !ok || c.length >= 0 && c.length != n {
				return
			}
			c.length = n
		}
		c.state = inHeader
	case inSize:
		size, _, _ := bytes.Cut(line, []byte(";"))
		switch n, ok := number(bytes.TrimSpace(size), 16); {
		case ok && n == 0:
			c.state = inTrailer
		case ok:
			c.state, c.left = inChunk, n
		}
	case inChunkEnd:
		if len(line) == 0 {
			c.state = inSize
		}
	case inTrailer:
		if c.state = inTrailer; len(line) == 0 {
			c.answered()
		}
	}
}

// body says what follows a head.
func (c *tidyConn) body() {
	switch {
	case c.status == 101:
		// Another protocol follows.
	case c.status < 200:
		c.state = inStatus // an interim answer
	case c.status == 204, c.status == 304:
		c.answered()
	case c.chunks:
		c.state = inSize
	case c.length == 0:
		c.answered()
	case c.length > 0:
		c.state, c.left = inBody, c.length
	}
}

// number reads digits, and nothing else.
func number(digits []byte, base rune) (n int64, ok bool) {
	for i := range digits {
		d := hexOf(digits[i : i+1])
		if d < 0 || d >= base || n > 1<<56 {
			return 0, false
		}
		n = n*int64(base) + int64(d)
	}
	return n, len(digits) > 0
}
