package zenlayer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/internal/transport"
	"github.com/eipkit/eip-go/internal/vendor"
	"github.com/eipkit/eip-go/internal/wire"
)

// skewFrom is the difference of clocks from which a refused timestamp is put
// down to it. The service accepts five minutes.
const skewFrom = 100 * time.Second

// Client calls the elastic IP actions of Zenlayer's bare metal product. It does
// not change after NewClient and is safe for concurrent use; share one, so
// that its goroutines share connections, what is known of the server's clock,
// and the waits that a throttling service asks for.
type Client struct {
	endpoint *url.URL
	header   http.Header
	// credentials is nil if there is a bearer token.
	credentials eip.CredentialsProvider
	bearer      func(context.Context) (string, error)
	loop        *transport.Loop
	own         *http.Transport // nil if the caller brought one
	validate    bool
	pollMin     time.Duration
	pollMax     time.Duration
}

// NewClient makes a client. Without options it sends to console.zenlayer.com
// over HTTPS and reads the access key from the environment when it is first
// needed. It does not touch the network. Zones are named in the requests.
func NewClient(opts ...Option) (*Client, error) {
	cfg := defaultConfig()
	for _, opt := range opts {
		if opt == nil {
			continue
		}
		if err := opt(&cfg); err != nil {
			return nil, fmt.Errorf("zenlayer: NewClient: %w", err)
		}
	}
	if cfg.bearer != nil && cfg.credentials != nil {
		return nil, errors.New("zenlayer: NewClient: both credentials and a bearer token are set; choose one")
	}
	if cfg.bearer == nil && cfg.credentials == nil {
		cfg.credentials = EnvironmentCredentials()
	}
	if cfg.endpoint == nil {
		u, err := parseEndpoint(defaultEndpoint)
		if err != nil {
			return nil, fmt.Errorf("zenlayer: NewClient: %w", err)
		}
		cfg.endpoint = u
	}
	c := &Client{
		endpoint: cfg.endpoint, credentials: cfg.credentials, bearer: cfg.bearer,
		validate: !cfg.NoValidation, pollMin: cfg.pollMin, pollMax: cfg.pollMax,
		header: http.Header{
			"User-Agent":   {cfg.UserAgent(eip.Version)},
			"Accept":       {contentType},
			"Content-Type": {contentType},
		},
	}
	c.header.Set("X-ZC-Version", cfg.version)
	c.header.Set("X-ZC-Service", serviceName)
	if cfg.requestClient != "" {
		c.header.Set("X-ZC-Request-Client", cfg.requestClient)
	}
	c.loop, c.own = cfg.Loop()
	return c, nil
}

// Endpoint is the URL to which the client sends.
func (c *Client) Endpoint() string { return c.endpoint.String() }

// CloseIdleConnections closes the connections that no call is using. It does
// nothing to a transport that came with WithHTTPClient. The client can be used
// afterwards.
func (c *Client) CloseIdleConnections() {
	if c.own != nil {
		c.own.CloseIdleConnections()
	}
}

// request is what every request struct has.
type request interface {
	check(*validator)
	extra() map[string]any
}

// response is what every response struct has.
type response interface {
	responseMeta() *ResponseMeta
}

// invoke sends one action: validate, encode, send, decode. A nil req means the
// zero request.
func invoke[Resp any, Req any](ctx context.Context, c *Client, action string, req *Req) (*Resp, error) {
	if req == nil {
		req = new(Req)
	}
	r, ok := any(req).(request)
	if !ok {
		return nil, fmt.Errorf("zenlayer: %s: %T is not a request", action, req)
	}
	if c.validate {
		var v validator
		r.check(&v)
		if err := v.err(action); err != nil {
			return nil, err
		}
	}
	body, err := encode(action, req, r.extra())
	if err != nil {
		return nil, err
	}
	out := new(Resp)
	reader := newAnswerReader(action, operationOf(action), func(v wire.Value) error { return schema.Fill(v, out) })
	if l, ok := any(req).(interface{ count() int }); ok {
		reader.ids = l.count()
	}
	meta, err := c.send(ctx, reader, body)
	if err != nil {
		return nil, err
	}
	*any(out).(response).responseMeta() = meta
	return out, nil
}

// encode makes the body. A parameter that is set by a field and by Extra is an
// error.
func encode(action string, req any, extra map[string]any) ([]byte, error) {
	body, err := json.Marshal(req)
	if err != nil {
		return nil, fmt.Errorf("zenlayer: %s: encoding the request: %w", action, err)
	}
	if len(extra) == 0 {
		return body, nil
	}
	all := map[string]any{}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, fmt.Errorf("zenlayer: %s: encoding the request: %w", action, err)
	}
	for name, value := range fields {
		all[name] = value
	}
	for name, value := range extra {
		if name == "" {
			return nil, fmt.Errorf("zenlayer: %s: a parameter in Extra has an empty name", action)
		}
		if _, both := all[name]; both {
			return nil, fmt.Errorf("zenlayer: %s: parameter %s is set by a field and in Extra; set one of them", action, shorten(name))
		}
		all[name] = value
	}
	if body, err = json.Marshal(all); err != nil {
		return nil, fmt.Errorf("zenlayer: %s: encoding Extra: %w", action, err)
	}
	return body, nil
}

// RawRequest is a request for [Client.Do].
type RawRequest struct {
	// Action is the name of the action, for example "DescribeZones".
	Action string
	// Params are its parameters by their names on the wire.
	Params map[string]any
	// Kind says what a repeat would do. eip.KindDefault takes it from the
	// package's table; an action that is not there is treated as eip.KindOnce,
	// and so is eip.KindTokened, since this API has no tokens.
	Kind eip.Kind
}

// Do sends any action of the product through the same path as the typed
// methods: signing, attempts, errors. The object named response of the answer
// is decoded into out with encoding/json; out is a pointer, or nil.
//
// If the answer does not fit out, Do gives both the ResponseMeta and an error:
// the call is done.
func (c *Client) Do(ctx context.Context, req RawRequest, out any) (*ResponseMeta, error) {
	if req.Action == "" || strings.ContainsFunc(req.Action, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, fmt.Errorf("zenlayer: Do: Action is %s; it must name an API action", shorten(req.Action))
	}
	if req.Kind > eip.KindRepeatable {
		return nil, fmt.Errorf("zenlayer: %s: Kind %d is not one of the package's constants", req.Action, req.Kind)
	}
	if out != nil {
		if v := reflect.ValueOf(out); v.Kind() != reflect.Pointer || v.IsNil() {
			return nil, fmt.Errorf("zenlayer: %s: out is %T; it must be a non-nil pointer", req.Action, out)
		}
	}
	op := operationOf(req.Action)
	switch req.Kind {
	case eip.KindDefault:
	case eip.KindTokened:
		op.kind = eip.KindOnce
	default:
		op.kind = req.Kind
	}
	op.settled = nil // what the caller wants to know of a raw call is the answer itself
	body, err := encode(req.Action, struct{}{}, req.Params)
	if err != nil {
		return nil, err
	}
	var raw []byte
	meta, err := c.send(ctx, newAnswerReader(req.Action, op, func(v wire.Value) error {
		raw = slices.Clone(v.JSON())
		return nil
	}), body)
	if err != nil {
		return nil, err
	}
	// What does not fit is the caller's out, not the answer: the call is done.
	if out != nil {
		if err := json.Unmarshal(raw, out); err != nil {
			return &meta, fmt.Errorf("zenlayer: %s is done (request %s), but its answer does not fit %T: %w", req.Action, meta.RequestID, out, err)
		}
	}
	return &meta, nil
}

// send runs the attempts of a call.
func (c *Client) send(ctx context.Context, reader *answerReader, body []byte) (ResponseMeta, error) {
	action := reader.action
	if ctx == nil {
		return ResponseMeta{}, fmt.Errorf("zenlayer: %s: the context is nil", action)
	}
	if reader.op.list.paged {
		reader.page = pageSize(body)
	}
	res := c.loop.Do(ctx, &transport.Call{
		Action: action,
		Kind:   transport.Kind(reader.op.kind),
		Method: http.MethodPost,
		URL:    c.endpoint,
		Sign: func(ctx context.Context, now func() time.Time) (*transport.Signed, error) {
			return c.signed(ctx, action, body, now)
		},
		Judge: reader.judge,
	})
	if !res.Done {
		return ResponseMeta{}, vendor.Failure(zenlayer, action, "", res)
	}
	return ResponseMeta{RequestID: reader.requestID, HTTPStatus: res.Status, Attempts: res.Attempts}, nil
}

// signed makes one attempt: the current credentials, and the time.
func (c *Client) signed(ctx context.Context, action string, body []byte, now func() time.Time) (*transport.Signed, error) {
	s := &transport.Signed{URL: c.endpoint, Header: c.header.Clone(), Body: body}
	s.Header.Set("X-ZC-Action", action)
	if c.bearer != nil {
		token, err := c.bearer(ctx)
		if err != nil {
			return nil, fmt.Errorf("bearer token: %w", err)
		}
		s.Header.Set("Authorization", "Bearer "+token)
		s.Secrets = transport.Secrets{token}
		return s, nil
	}
	creds, err := c.credentials.Credentials(ctx)
	if err != nil {
		return nil, fmt.Errorf("credentials: %w", err)
	}
	if creds.AccessKeyID() == "" || creds.AccessKeySecret() == "" {
		return nil, fmt.Errorf("credentials: the provider gave an empty access key: %w", eip.ErrNoCredentials)
	}
	in := signInput{
		keyID: creds.AccessKeyID(), password: creds.AccessKeySecret(), contentType: contentType,
		host: c.endpoint.Host, timestamp: strconv.FormatInt(now().Unix(), 10), body: body,
	}
	authorization, signature := in.sign()
	s.Header.Set("Authorization", authorization)
	s.Header.Set("X-ZC-Timestamp", in.timestamp)
	s.Header.Set("X-ZC-Signature-Method", signatureMethod)
	s.Secrets = transport.Secrets{in.password, creds.SecurityToken(), signature}
	return s, nil
}
