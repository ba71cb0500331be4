package pagetest

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// startProgram builds eipsim and starts it. It gives the address of its page.
func startProgram(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "eipsim")
	build := exec.Command("go", "build", "-o", program, "./cmd/eipsim")
	build.Dir = "../../.."
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	cmd := exec.Command(program, "-listen", "127.0.0.1:0")
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	return strings.TrimSpace(strings.TrimPrefix(line, "listening on "))
}

// double is a double of the endpoints below /_eip/, in front of a program that
// serves the page.
type double struct {
	mu     sync.Mutex
	state  object
	calls  []object
	absent bool   // answer 404
	plain  bool   // answer with text
	refuse string // answer faults with this error
	asked  []string
}

// serve puts the double in front of the program.
func (d *double) serve(t *testing.T, program string) string {
	t.Helper()
	target, err := url.Parse(program)
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("/", httputil.NewSingleHostReverseProxy(target))
	mux.HandleFunc("/_eip/", d.answer)
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv.URL + "/"
}

func (d *double) answer(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	if r.Method != http.MethodGet {
		d.asked = append(d.asked, strings.TrimSpace(strings.Join([]string{r.Method, r.URL.Path, r.Header.Get("Content-Type"), string(body)}, " ")))
	}
	switch {
	case d.absent:
		http.NotFound(w, r)
		return
	case d.plain:
		io.WriteString(w, "hello")
		return
	}
	var answer any
	switch r.Method + " " + r.URL.Path {
	case "GET /_eip/state":
		answer = d.state
	case "GET /_eip/calls":
		since, err := strconv.Atoi(r.URL.Query().Get("since"))
		if err != nil {
			http.Error(w, "since", http.StatusBadRequest)
			return
		}
		calls := []object{}
		for i, c := range d.calls {
			if i >= since {
				calls = append(calls, c)
			}
		}
		answer = object{"last": len(d.calls), "calls": calls}
	case "POST /_eip/faults":
		if d.refuse != "" {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, d.refuse)
			return
		}
		var f object
		if err := json.Unmarshal(body, &f); err != nil || r.Header.Get("Content-Type") != "application/json" {
			http.Error(w, "body", http.StatusBadRequest)
			return
		}
		d.state["faults"] = object{"scripted": []object{f}, "chances": []object{}}
		answer = object{}
	case "DELETE /_eip/faults":
		d.state["faults"] = object{"scripted": []object{}, "chances": []object{}}
		w.WriteHeader(http.StatusNoContent)
		return
	default:
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

// set changes the double.
func (d *double) set(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f()
}

// requests are the writes that the page has sent.
func (d *double) requests() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string{}, d.asked...)
}

// empty is a service without addresses.
func empty() *double {
	regions := []object{}
	for _, id := range []string{"ap-northeast-1", "ap-southeast-1", "cn-beijing", "cn-hangzhou", "cn-shanghai", "eu-central-1", "us-west-1"} {
		regions = append(regions, object{"id": id, "addresses": []object{}, "segments": []object{}})
	}
	return &double{state: object{"regions": regions, "packages": []object{}, "pools": []object{}, "quota": 20, "alive": 0,
		"instances": []object{{"id": "i-test1", "type": "EcsInstance"}, {"id": "i-test2", "type": "EcsInstance"}, {"id": "lb-test1", "type": "SlbInstance"}},
		"balance":   1e9, "clockShift": "0s", "faults": object{"scripted": []object{}, "chances": []object{}}}}
}

// hostile is text that must not become markup.
const hostile = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>`

// busy is a service with addresses in every state, and text that does its worst.
func busy() *double {
	d := empty()
	address := func(n int, status, name, instance string) object {
		kind := ""
		if instance != "" {
			kind = "EcsInstance"
		}
		return object{"id": "eip-bp1k3x9q2m7c5v8b1n4d" + strconv.Itoa(n), "ip": "198.51.100." + strconv.Itoa(10+n), "status": status, "bandwidth": 5 * n,
			"instanceId": instance, "instanceType": kind, "name": name, "tags": object{}, "bandwidthPackageId": "", "createdAt": "2026-03-01T09:3" + strconv.Itoa(n) + ":12Z"}
	}
	first := []object{address(1, "InUse", "web", "i-test1"), address(2, "Available", "", ""), address(3, "Associating", "batch worker", "i-test2"),
		address(4, "Releasing", strings.Repeat("a-name-that-is-as-long-as-names-can-be-", 3)+"abcdefghijk", "")}
	first[0]["tags"] = object{"team": "network", "env": "staging", "marked": ""}
	first[1]["bandwidthPackageId"] = "cbwp-bp1vevu8h3ieh5xkcdhdt"
	second := []object{address(5, "Unassociating", hostile, "lb-test1"), address(6, "SomethingNew", "", "")}
	second[0]["tags"] = object{hostile: hostile}
	regions := d.state["regions"].([]object)
	regions[3]["addresses"], regions[5]["addresses"] = first, second
	regions[5]["segments"] = []object{{"id": "eipsg-2zett8ba055tbsxme5jnd", "status": "Allocated", "prefix": "203.0.113.0/28", "name": "a block"}}
	d.state["packages"] = []object{{"id": "cbwp-bp1vevu8h3ieh5xkcdhdt", "status": "Available", "bandwidth": 100, "name": "shared"}}
	d.state["alive"], d.state["clockShift"], d.state["balance"] = 17, "-1h0m0s", 123456.5
	d.call("DescribeRegions", 1, "", true, 200, "")
	d.call("AllocateEipAddress", 1, "", true, 200, "")
	d.call("AssociateEipAddress", 1, "", false, 400, "IncorrectEipStatus")
	d.calls[2]["ran"], d.calls[2]["ranCode"] = true, "IncorrectEipStatus" // it reached the service, which refused it
	d.call("DescribeEipAddresses", 1, "", true, 200, "")
	return d
}

// call adds a call to the record.
func (d *double) call(action string, attempt int, fault string, ran bool, status int, code string) {
	seq := len(d.calls) + 1
	id := "4EC47282-1B74-4534-BD0E-403F3EE6" + strconv.Itoa(1000+seq)
	if status == 0 {
		id = ""
	}
	d.calls = append(d.calls, object{"seq": seq, "time": "2026-03-01T09:41:0" + strconv.Itoa(seq%10) + "Z", "action": action, "attempt": attempt,
		"fault": fault, "ran": ran, "status": status, "code": code, "requestId": id})
}

// faulty is a busy service with faults.
func faulty() *double {
	d := busy()
	d.call("AllocateEipAddress", 1, "cut-after", true, 0, "")
	d.call("AllocateEipAddress", 2, "throttle", false, 400, "Throttling.User")
	d.call("AllocateEipAddress", 3, "foreign", true, 502, "")
	d.call("AllocateEipAddress", 4, "", true, 200, "")
	d.call(hostile, 1, "cut-before", false, 0, "")
	d.state["faults"] = object{
		"scripted": []object{{"action": "AllocateEipAddress", "fault": "cut-after", "times": 3}, {"action": "", "fault": "throttle", "times": 1}},
		"chances":  []object{{"fault": "foreign", "chance": 0.125, "actions": []string{}}},
	}
	return d
}
