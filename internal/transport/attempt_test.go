package transport

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"runtime"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is read is what was sent, whatever the pieces and the length announced.
func TestReadAll(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 100, firstPiece - 1, firstPiece, firstPiece + 1, 5*firstPiece + 7, trustedSize, trustedSize + 1, 3 << 20} {
		body := bytes.Repeat([]byte("0123456789abcde"), n/15+1)[:n]
		for _, size := range []int64{-1, 0, 1, int64(n), int64(n) / 2, int64(n) * 2} {
			for _, r := range []io.Reader{bytes.NewReader(body), iotest.DataErrReader(bytes.NewReader(body)), iotest.HalfReader(bytes.NewReader(body))} {
				got, err := readAll(r, size)
				require.NoError(t, err)
				require.True(t, bytes.Equal(body, got), "%d bytes announced as %d", n, size)
			}
		}
	}
	broken := errors.New("broken")
	_, err := readAll(io.MultiReader(bytes.NewReader(make([]byte, 9000)), iotest.ErrReader(broken)), -1)
	require.ErrorIs(t, err, broken)
}

// bigBody gives an answer of size bytes.
type bigBody struct{ size, length int64 }

func (b bigBody) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: 200, Header: http.Header{}, Request: req, ContentLength: b.length,
		Body: io.NopCloser(io.LimitReader(zeros{}, b.size)),
	}, nil
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// Memory for an answer is at most four times its size and a MiB, with and
// without an announced length. It is not parallel, because it counts what the
// whole process allocates.
func TestMemoryOfAnAnswer(t *testing.T) {
	for _, size := range []int64{0, 1 << 10, 1 << 20, 1<<20 + 1, 10 << 20} {
		for _, length := range []int64{-1, size, size / 2, 1 << 40} {
			rt := bigBody{size, length}
			s := &scripted{}
			call := s.call(Read)
			read := 0
			call.Judge = func(a *Answer) Judgement { read = len(a.Body); return Judgement{Cause: CauseSuccess} }
			loop := New(testConfig(rt))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			res := loop.Do(t.Context(), call)
			runtime.ReadMemStats(&after)
			require.True(t, res.Done)
			assert.EqualValues(t, size, read)
			assert.LessOrEqual(t, after.TotalAlloc-before.TotalAlloc, uint64(4*size+1<<20), "%d bytes announced as %d", size, length)
		}
	}
	// A length that is announced but not sent costs nothing.
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := readAll(bytes.NewReader(nil), 10<<20)
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64<<10))
}

func TestRetryAfterHeader(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"":                              0,
		"5":                             5 * time.Second,
		" 7 ":                           7 * time.Second,
		"0":                             0,
		"-3":                            0,
		"x":                             0,
		"1.5":                           0,
		"99999999999999":                9223372036 * time.Second,
		"Fri, 02 Jan 2026 03:04:15 GMT": 10 * time.Second,
		"Fri, 02 Jan 2026 03:04:00 GMT": 0,
		"Friday":                        0,
	} {
		assert.Equal(t, want, retryAfter(http.Header{"Retry-After": {value}}, now), "%q", value)
	}
	assert.Zero(t, retryAfter(http.Header{}, now))
	assert.Equal(t, time.Minute, retryAfter(http.Header{
		"Date": {"Fri, 02 Jan 2026 10:00:00 GMT"}, "Retry-After": {"Fri, 02 Jan 2026 10:01:00 GMT"},
	}, now), "both by the server's clock")
}
