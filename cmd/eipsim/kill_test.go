//go:build unix

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
)

// asChild makes the test program run as eipsim.
const asChild = "EIPSIM_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(asChild) == "1" {
		os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// child starts eipsim as a process of its own.
func child(t testing.TB, args ...string) (*exec.Cmd, string) {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(exe, args...)
	cmd.Env = append(os.Environ(), asChild+"=1")
	var stderr buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err, stderr.String())
	return cmd, strings.TrimSpace(strings.TrimPrefix(line, "listening on "))
}

// books are what one worker knows from answers. A worker has addresses of its own,
// so that what it was told of them is what has to be there.
type books struct {
	tokens   map[string]string // ID by the token that made it
	alive    map[string]int    // bandwidth by ID
	released map[string]bool
	doubt    map[string]bool // IDs whose last call was not answered
	unsure   map[string]bool // tokens of calls that were not answered
	n        int
}

// work calls until the server is gone.
func (b *books) work(ctx context.Context, c *eip.Client, rng *rand.Rand, name string) {
	for ctx.Err() == nil {
		b.n++
		switch k := rng.IntN(10); {
		case k < 5 && len(b.alive) < 100 || len(b.alive) == 0:
			token := fmt.Sprintf("%s-%d", name, b.n)
			b.unsure[token] = true
			res, err := c.AllocateEipAddress(ctx, &eip.AllocateEipAddressRequest{ClientToken: token})
			if err != nil {
				return
			}
			delete(b.unsure, token)
			b.tokens[token], b.alive[res.AllocationID] = res.AllocationID, 5
		default:
			var id string
			for id = range b.alive {
				break
			}
			b.doubt[id] = true
			if k < 8 {
				band := 1 + rng.IntN(200)
				_, err := c.ModifyEipAddressAttribute(ctx, &eip.ModifyEipAddressAttributeRequest{AllocationID: id, Bandwidth: band})
				if err != nil {
					return
				}
				b.alive[id] = band
			} else {
				if _, err := c.ReleaseEipAddress(ctx, &eip.ReleaseEipAddressRequest{AllocationID: id}); err != nil {
					return
				}
				delete(b.alive, id)
				b.released[id] = true
			}
			delete(b.doubt, id)
		}
	}
}

// stateOf reads GET /_eip/state.
func stateOf(t testing.TB, endpoint string) map[string]int {
	t.Helper()
	resp, err := http.Get(endpoint + "/_eip/state")
	require.NoError(t, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, 200, resp.StatusCode, string(raw))
	var state struct {
		Regions []struct {
			Addresses []struct {
				ID        string `json:"id"`
				Status    string `json:"status"`
				Bandwidth int    `json:"bandwidth"`
			} `json:"addresses"`
		} `json:"regions"`
	}
	require.NoError(t, json.Unmarshal(raw, &state))
	out := map[string]int{}
	for _, r := range state.Regions {
		for _, a := range r.Addresses {
			require.NotContains(t, out, a.ID)
			out[a.ID] = a.Bandwidth
		}
	}
	return out
}

// Killed at random moments under load, the program begins again with everything
// that it has answered, knows its tokens, and gives no ID twice.
func TestKilledAndRestarted(t *testing.T) {
	t.Parallel()
	kills := map[string]int{"": 4, "1": 40, "5": 200}[os.Getenv("EIP_LONG")]
	require.Positive(t, kills, "EIP_LONG is neither 1 nor 5")
	path := filepath.Join(t.TempDir(), "state.json")
	args := []string{"-listen", "127.0.0.1:0", "-state", path, "-quota", "1000000", "-transition", "1ms"}
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	const workers = 4
	var all [workers]*books
	for i := range all {
		all[i] = &books{map[string]string{}, map[string]int{}, map[string]bool{}, map[string]bool{}, map[string]bool{}, 0}
	}
	ids := map[string]string{} // who was given an ID, by the token
	torn, calls := 0, 0
	for kill := range kills + 1 {
		if data, err := os.ReadFile(path); err == nil && len(data) > 0 && data[len(data)-1] != '\n' {
			torn++
		}
		cmd, endpoint := child(t, args...)
		now := stateOf(t, endpoint)
		client := func() *eip.Client {
			c, err := eip.NewClient("cn-hangzhou", eip.WithEndpoint(endpoint), eip.WithMaxAttempts(1),
				eip.WithCredentials(eip.StaticCredentials(eiptest.DefaultAccessKeyID, eiptest.DefaultAccessKeySecret)))
			require.NoError(t, err)
			t.Cleanup(c.CloseIdleConnections)
			return c
		}
		c := client()
		for i, b := range all {
			for id, band := range b.alive {
				got, there := now[id]
				if b.doubt[id] { // the call may have run
					if b.alive[id] = got; !there {
						delete(b.alive, id)
						b.released[id] = true
					}
					continue
				}
				require.True(t, there, "kill %d: worker %d: %s is lost", kill, i, id)
				require.Equal(t, band, got, "kill %d: worker %d: %s", kill, i, id)
			}
			for id := range b.released {
				require.NotContains(t, now, id, "kill %d: %s is released", kill, id)
			}
			clear(b.doubt)
			known := 0
			for token, id := range b.tokens { // the same answer to the same token
				if known++; known > 20 {
					break
				}
				res, err := c.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{ClientToken: token})
				require.NoError(t, err)
				require.Equal(t, id, res.AllocationID, "kill %d: token %s", kill, token)
			}
			for token := range b.unsure { // made then or now, and once
				res, err := c.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{ClientToken: token})
				require.NoError(t, err)
				b.tokens[token], b.alive[res.AllocationID] = res.AllocationID, 5
			}
			clear(b.unsure)
			for token, id := range b.tokens {
				if by, given := ids[id]; given {
					require.Equal(t, by, token, "kill %d: %s was given twice", kill, id)
				}
				ids[id] = token
			}
		}
		owned := 0
		for _, b := range all {
			owned += len(b.alive)
		}
		require.Len(t, stateOf(t, endpoint), owned, "kill %d: addresses that nobody knows of", kill)
		if kill == kills {
			break
		}
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		for i, b := range all {
			rng := rand.New(rand.NewPCG(rng.Uint64(), 1))
			running.Go(func() { b.work(ctx, client(), rng, fmt.Sprintf("w%d", i)) })
		}
		timer := time.NewTimer(time.Duration(5+rng.IntN(60)) * time.Millisecond) // the load is real: so is the time
		<-timer.C
		require.NoError(t, cmd.Process.Kill())
		cmd.Wait()
		cancel()
		running.Wait()
	}
	for _, b := range all {
		calls += b.n
	}
	t.Logf("%d kills, %d calls, %d addresses made, %d torn lines", kills, calls, len(ids), torn)
}
