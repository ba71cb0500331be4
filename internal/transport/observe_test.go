package transport

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The hook learns of every attempt, and the logger writes a line for each: at
// level Debug for a success, Warn otherwise.
func TestObserve(t *testing.T) {
	t.Parallel()
	for _, level := range []slog.Level{slog.LevelDebug, slog.LevelWarn, slog.LevelError} {
		synctest.Test(t, func(t *testing.T) {
			loop, call, _ := unsettledScript(Tokened, false, CauseNoAnswer, CauseSuccess)
			var text bytes.Buffer
			var seen []*Attempt
			loop.cfg.Logger = slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{Level: level}))
			loop.cfg.Observe = func(_ context.Context, a *Attempt) { seen = append(seen, a) }
			assert.True(t, loop.Do(t.Context(), call).Done)
			require.Len(t, seen, 2)
			first, last := seen[0], seen[1]
			assert.Equal(t, []any{"Test", Tokened, 1, CauseNoAnswer, true, true}, []any{first.Action, first.Kind, first.Number, first.Cause, first.Unknown, first.Repeat})
			require.Error(t, first.Err)
			assert.Zero(t, first.Status)
			assert.Equal(t, []any{2, http.StatusOK, CauseSuccess, false, false}, []any{last.Number, last.Status, last.Cause, last.Unknown, last.Repeat})
			require.NoError(t, last.Err)
			assert.Equal(t, map[slog.Level]int{slog.LevelDebug: 2, slog.LevelWarn: 1}[level], strings.Count(text.String(), "\n"))
			if level < slog.LevelError {
				assert.Contains(t, text.String(), "outcome_unknown=true")
				assert.Contains(t, text.String(), "wait=")
			}
		})
	}
}

// A code of the answer is logged.
func TestObserveCode(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		loop, call, _ := unsettledScript(Read, false, CauseRefusedCode)
		call.Judge = func(*Answer) Judgement {
			return Judgement{Cause: CauseRefusedCode, Code: "Some.Code", RequestID: "r-1", Err: errors.New("no")}
		}
		var text bytes.Buffer
		loop.cfg.Logger = slog.New(slog.NewTextHandler(&text, nil))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		assert.False(t, loop.Do(ctx, call).Done)
		assert.Contains(t, text.String(), "code=Some.Code")
		assert.Contains(t, text.String(), "request_id=r-1")
	})
}
