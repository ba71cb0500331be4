package fake

import (
	"encoding/json"
	"fmt"
)

// longestLogged bounds what the log repeats of a name that a peer chose.
const longestLogged = 128

// stamp is the form of the times in the log.
const stamp = "2006-01-02T15:04:05.000Z"

// did reports whether the action of a call was carried out. A call that the
// service refused ran no action.
func (c *Call) did() bool { return c.Ran && c.RanCode == "" }

// writeLog writes one line for a call, without secrets.
func (e *Engine) writeLog(c *Call) {
	line := c.textLine()
	if e.cfg.LogJSON {
		line = c.jsonLine()
	}
	e.log.Lock()
	defer e.log.Unlock()
	e.cfg.Log.Write(line)
}

func (c *Call) textLine() []byte {
	dash := func(s string) string {
		if s == "" {
			return "-"
		}
		quoted := fmt.Sprintf("%.*q", longestLogged, s)
		return quoted[1 : len(quoted)-1]
	}
	return fmt.Appendf(nil, "%s #%d %s status=%d code=%s fault=%s ran=%t token=%s request=%s\n",
		c.Time.UTC().Format(stamp), c.Seq, dash(c.Action), c.Status, dash(c.Code),
		dash(string(c.Fault)), c.did(), dash(c.Token), dash(c.RequestID))
}

// logged is a call in the JSON log. Every member is always there, so that a
// reader needs no case for one that is missing.
type logged struct {
	Time      string `json:"time"`
	Seq       int    `json:"seq"`
	Action    string `json:"action"`
	Token     string `json:"token"`
	Fault     Kind   `json:"fault"`
	Ran       bool   `json:"ran"`
	Status    int    `json:"status"`
	Code      string `json:"code"`
	RequestID string `json:"requestId"`
}

func (c *Call) jsonLine() []byte {
	short := func(s string) string { return fmt.Sprintf("%.*s", longestLogged, s) }
	line, err := json.Marshal(logged{
		Time: c.Time.UTC().Format(stamp), Seq: c.Seq, Action: short(c.Action), Token: short(c.Token), Fault: c.Fault,
		Ran: c.did(), Status: c.Status, Code: c.Code, RequestID: c.RequestID,
	})
	if err != nil { // strings, numbers and a boolean always have a JSON form
		return nil
	}
	return append(line, '\n')
}
