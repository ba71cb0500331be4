package eip

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/eipkit/eip-go/internal/par"

	"github.com/eipkit/eip-go/internal/transport"
	"github.com/eipkit/eip-go/internal/wire"
)

const (
	// Version is the version of this library.
	Version = "0.1.0"
	// APIVersion is the version of the service's API that the library speaks.
	APIVersion = "2016-04-28"

	// skewFrom is the difference of clocks from which a refused timestamp is
	// put down to it. The service accepts 15 minutes.
	skewFrom = 5 * time.Minute
)

// Client calls the Elastic IP API in one region. It does not change after
// NewClient and is safe for concurrent use; share one, so that its goroutines
// share connections, what is known of the server's clock, and the waits that a
// throttling service asks for.
type Client struct {
	regionID    string
	endpoint    *url.URL
	credentials CredentialsProvider
	placement   Placement
	header      http.Header
	signature   Signature
	sign        signer
	host, path  string // of the endpoint, as they are sent
	loop        *transport.Loop
	own         *http.Transport // nil if the caller brought one
	cfg         config          // for With
	validate    bool
	turns       *par.Lock // of the helpers, by key, instance or address
	gone        *goneIDs
}

// regionVariable is where the vendor's SDKs and tools look for a region.
const regionVariable = "ALIBABA_CLOUD_REGION_ID"

// NewClient makes a client for a region, for example "cn-hangzhou". An empty
// region means the one that the environment variable ALIBABA_CLOUD_REGION_ID
// names. Without options the client sends to the region's public endpoint over
// HTTPS, through the proxy that HTTPS_PROXY and NO_PROXY name, if any, and reads
// the access key from the environment when it is first needed. NewClient does not
// touch the network.
func NewClient(regionID string, opts ...Option) (*Client, error) {
	cfg := defaultConfig()
	cfg.regionID = regionID
	c, err := newClient(cfg, opts)
	if err != nil {
		return nil, fmt.Errorf("eip: NewClient: %w", err)
	}
	return c, nil
}

// With returns a client with other settings, for example of another region
// ([WithRegion]) or with fewer attempts. What no option sets is as it is in c.
//
// The two share the connections, unless WithHTTPClient brings another Transport,
// the credentials, unless WithCredentials is given, and what is known of the server's
// clock. If they have region, endpoint and credentials in common, they also share
// the waits that a throttling service asks for and what the helpers know of
// addresses. So a program makes one client and derives the others from it.
func (c *Client) With(opts ...Option) (*Client, error) {
	cfg := c.cfg
	cfg.otherAccount, cfg.otherHost = false, false
	d, err := newClient(cfg, opts)
	if err != nil {
		return nil, fmt.Errorf("eip: With: %w", err)
	}
	same := !d.cfg.otherAccount && !d.cfg.otherHost
	d.loop.Share(c.loop, same && d.regionID == c.regionID)
	if same {
		d.turns, d.gone = c.turns, c.gone
	}
	return d, nil
}

func newClient(cfg config, opts []Option) (*Client, error) {
	for _, opt := range opts {
		if opt == nil {
			continue
		}
		if err := opt(&cfg); err != nil {
			return nil, err
		}
	}
	if cfg.regionID == "" {
		if cfg.regionID = os.Getenv(regionVariable); cfg.regionID == "" {
			return nil, errNoRegion
		}
	}
	host, err := resolveEndpoint(cfg.regionID, cfg.internal)
	if err != nil {
		return nil, err
	}
	endpoint := cfg.endpoint
	if endpoint == nil {
		endpoint = &url.URL{Scheme: "https", Host: host, Path: "/"}
	}
	if err := cfg.signature.check(endpoint); err != nil {
		return nil, err
	}
	if cfg.credentials == nil {
		cfg.credentials = EnvironmentCredentials()
	}
	c := &Client{
		regionID:    cfg.regionID,
		endpoint:    endpoint,
		credentials: cfg.credentials,
		placement:   cfg.placement,
		signature:   cfg.signature,
		sign:        cfg.signature.signer(),
		host:        sentHost(endpoint),
		path:        sentPath(endpoint),
		validate:    !cfg.NoValidation,
		turns:       new(par.Lock),
		gone:        new(goneIDs),
		header:      http.Header{"User-Agent": {cfg.UserAgent(Version)}, "Accept": {"application/json"}},
	}
	if c.placement == PlacementForm {
		c.header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	c.loop, c.own = cfg.Loop()
	if c.own != nil {
		cfg.Own = c.own
	}
	c.cfg = cfg
	return c, nil
}

// Region returns the client's region.
func (c *Client) Region() string { return c.regionID }

// Endpoint is the URL to which the client sends.
func (c *Client) Endpoint() string { return c.endpoint.String() }

// CloseIdleConnections closes the connections that no call is using, those of
// clients made by With included. It does nothing to a transport that came with
// WithHTTPClient. The client can be used afterwards.
func (c *Client) CloseIdleConnections() {
	if c.own != nil {
		c.own.CloseIdleConnections()
	}
}

func observer(hook func(context.Context, Attempt)) func(context.Context, *transport.Attempt) {
	if hook == nil {
		return nil
	}
	return func(ctx context.Context, a *transport.Attempt) {
		hook(ctx, Attempt{
			Action: a.Action, Kind: Kind(a.Kind), Number: a.Number,
			Start: a.Start, Duration: a.Duration, HTTPStatus: a.Status,
			RequestID: a.RequestID, Code: Code(a.Code), Cause: a.Cause.String(),
			OutcomeUnknown: a.Unknown, Repeat: a.Repeat, Wait: a.Wait, Reason: a.Why, Err: a.Err,
		})
	}
}

// response is what every response struct has.
type response interface {
	responseMeta() *ResponseMeta
}

// invoke sends one action: validate, encode, send, decode. req and out are
// pointers to the structs of its row.
func (c *Client) invoke(ctx context.Context, op *operation, req, out any) error {
	open := openOf(req)
	var meta ResponseMeta
	params, err := c.encode(op.name, req)
	if err == nil {
		meta, err = c.send(ctx, *op, params, open, func(v wire.Value) error { return schema.Fill(v, out) })
	}
	if err != nil {
		return c.stillOpen(ctx, open, op.name, err)
	}
	*out.(response).responseMeta() = meta
	return nil
}

// RawRequest is a request for [Client.Do].
type RawRequest struct {
	// Action is the name of the action, for example "MoveResourceGroup".
	Action string
	// Params are its parameters by their names on the wire, one value each.
	// RegionId is added if it is missing, and so is ClientToken if the kind is
	// KindTokened.
	Params url.Values
	// Kind says what a repeat would do. KindDefault takes it from the library's
	// table; an action that is not there is treated as KindOnce. For an action
	// that is there, only KindOnce, which forbids repeats, may be given instead.
	Kind Kind

	settling
}

// Do sends any action of the product through the same path as the typed
// methods: signing, attempts, errors. The answer is decoded into out with
// encoding/json; out is a pointer, or nil. It is the way to actions that this
// library has no types for.
//
// A success must hold what the library's table says of the action; of an action
// that is not in the table, or that returns nothing else, it must have a RequestId.
// If the answer does not fit out, Do returns both the ResponseMeta and an error:
// the call is done. An unknown outcome of a call with a ClientToken is settled by
// Do(ctx, *Again(&req, err), out).
func (c *Client) Do(ctx context.Context, req RawRequest, out any) (*ResponseMeta, error) {
	open := req.calls()
	var meta ResponseMeta
	op, params, err := req.encode(out)
	var raw []byte
	if err == nil {
		meta, err = c.send(ctx, op, params, open, func(v wire.Value) error {
			raw = slices.Clone(v.JSON())
			return nil
		})
	}
	if err != nil {
		return nil, c.stillOpen(ctx, open, req.Action, err)
	}
	// What does not fit is the caller's out, not the answer: the call is done. An
	// answer that settled the call without being its own is no answer to decode.
	if out != nil && raw != nil {
		if err := json.Unmarshal(raw, out); err != nil {
			return &meta, fmt.Errorf("eip: %s is done (request %s), but its answer does not fit %T: %w", req.Action, meta.RequestID, out, err)
		}
	}
	return &meta, nil
}

// encode checks the request and where its answer is to go.
func (req RawRequest) encode(out any) (op operation, params url.Values, err error) {
	if req.Action == "" {
		return op, nil, errors.New("eip: Do: Action is empty; it must name an API action")
	}
	if op, err = req.operation(); err != nil {
		return op, nil, err
	}
	if out != nil {
		if v := reflect.ValueOf(out); v.Kind() != reflect.Pointer || v.IsNil() {
			return op, nil, fmt.Errorf("eip: %s: out is %T; it must be a non-nil pointer", req.Action, out)
		}
	}
	params = url.Values{}
	return op, params, mergeParams(req.Action, params, req.Params)
}

// operation finds the action, and wants a Kind that does not promise more than
// the library knows of it.
func (req RawRequest) operation() (operation, error) {
	op := operationOf(req.Action)
	switch {
	case req.Kind > KindRepeatable:
		return op, fmt.Errorf("eip: %s: Kind %d is not one of the package's constants", req.Action, req.Kind)
	case op.unknown:
		if req.Kind != KindDefault {
			op.kind = req.Kind
		}
	case req.Kind == KindOnce:
		op.once = true
	case req.Kind != KindDefault && req.Kind != op.kind:
		return op, fmt.Errorf("eip: %s: Kind is %s, but the action is of kind %s; leave Kind out, or use KindOnce to forbid repeats",
			req.Action, req.Kind, op.kind)
	}
	return op, nil
}

// ownParams are set by the client; a request cannot.
var ownParams = []string{
	"Action", "Version", "Format", "AccessKeyId", "SecurityToken", "Signature",
	"SignatureMethod", "SignatureNonce", "SignatureVersion", "Timestamp",
}

// mergeParams adds extra parameters to those of the struct's fields.
func mergeParams(action string, params, extra url.Values) error {
	for name, values := range extra {
		switch {
		case name == "":
			return fmt.Errorf("eip: %s: a parameter has an empty name", action)
		case slices.Contains(ownParams, name):
			return fmt.Errorf("eip: %s: parameter %s is set by the client and cannot be given", action, name)
		case params.Has(name):
			return fmt.Errorf("eip: %s: parameter %s is set by a field (%q) and in Extra (%q); set one of them",
				action, name, params.Get(name), strings.Join(values, ","))
		case len(values) != 1:
			return fmt.Errorf("eip: %s: parameter %s has %d values; the service takes one a name (lists are written Name.1, Name.2)",
				action, name, len(values))
		}
	}
	for name, values := range extra {
		params[name] = []string{values[0]}
	}
	return nil
}

// send completes the parameters and runs the attempts. open is what the call is
// to settle.
func (c *Client) send(ctx context.Context, op operation, params url.Values, open []openCall,
	fill func(wire.Value) error,
) (ResponseMeta, error) {
	action := op.name
	if ctx == nil {
		return ResponseMeta{}, fmt.Errorf("eip: %s: the context is nil", action)
	}
	// One array for all of them, since url.Values.Set makes one for each.
	own := [...]string{action, APIVersion, "JSON", c.regionID}
	params["Action"], params["Version"], params["Format"] = own[0:1:1], own[1:2:2], own[2:3:3]
	if !op.noRegion && !params.Has("RegionId") {
		params["RegionId"] = own[3:4:4]
	}
	if c.validate {
		var v validator
		if v.clientToken(params.Get("ClientToken")); len(v.faults) > 0 {
			return ResponseMeta{}, &ValidationError{Action: action, Faults: v.faults}
		}
	}
	settles, err := c.toSettle(ctx, open, action, params)
	if err != nil {
		return ResponseMeta{}, err
	}
	token := params.Get("ClientToken")
	if token == "" && op.kind == KindTokened {
		token = newToken()
		params.Set("ClientToken", token)
	}
	reader := newAnswerReader(op, params, fill)
	kind := transport.Kind(reader.op.kind)
	if op.once {
		kind = transport.Once
	}
	var used Credentials // of the last attempt
	res := c.loop.Do(ctx, &transport.Call{
		Action: action,
		Kind:   kind,
		Method: c.placement.method(),
		URL:    c.endpoint,
		Sign: func(ctx context.Context, now func() time.Time) (*transport.Signed, error) {
			var err error
			if used, err = c.credentials.Credentials(ctx); err != nil {
				return nil, err
			}
			return c.signed(used, params, now)
		},
		Judge:     reader.judge,
		Renew:     func() { forget(c.credentials, used) },
		Unsettled: settles != nil,
	})
	if !res.Done {
		if res.Cause == transport.CauseUnknownHost && c.cfg.endpoint == nil {
			res.Err = guessRegion(c.regionID, res.Err)
		}
		return ResponseMeta{}, foldInto(failure(nil, action, token, res), res, reader.op, settles, params)
	}
	return ResponseMeta{
		RequestID: reader.requestID, HTTPStatus: res.Status, Attempts: res.Attempts, ClientToken: token,
	}, nil
}

// signed makes one attempt: the current credentials, a fresh nonce, the time.
func (c *Client) signed(creds Credentials, params url.Values, now func() time.Time) (*transport.Signed, error) {
	if err := creds.check(plainNames); err != nil {
		return nil, err
	}
	if err := c.signature.checkAttempt(params.Get("Action"), creds); err != nil {
		return nil, err
	}
	out := c.sign(signInput{
		method: c.placement.method(), params: params, creds: creds, nonce: newNonce(), at: now(),
		host: c.host, path: c.path, placement: c.placement, header: c.header,
	})
	s := &transport.Signed{
		URL:     c.endpoint,
		Header:  c.header,
		Secrets: transport.Secrets{creds.AccessKeySecret(), creds.SecurityToken(), out.signature},
	}
	if out.header != nil {
		s.Header = out.header
		s.Secrets = append(s.Secrets, out.authorization)
	}
	switch {
	case c.placement != PlacementForm:
		u := *c.endpoint
		u.RawQuery = string(out.encoded)
		s.URL = &u
	case len(out.encoded) > 0:
		s.Body = out.encoded
	}
	return s, nil
}
