package alicredentials

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What is left of an error: enough to see what to do.
func TestPlain(t *testing.T) {
	t.Parallel()
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	get := func(u string, err error) error { return &url.Error{Op: "Get", URL: u, Err: err} }
	for _, tt := range []struct {
		err  error
		want string
	}{
		{errors.New(`get session token failed: {"Message":"CANARY","Code":"AuthenticationFail.OIDCToken.Expired"}`),
			"get session token failed (withheld) Code AuthenticationFail.OIDCToken.Expired"},
		{errors.New("get session token from OAuth failed: CANARY"), "get session token from OAuth failed (withheld)"},
		{errors.New("refresh session token failed: CANARY"), "refresh session token failed (withheld)"},
		{errors.New("refresh session token err, fail to get credentials from OAuth: CANARY"),
			"refresh session token err, fail to get credentials from OAuth (withheld)"},
		{errors.New("refresh Ecs sts token err, httpStatus: 404, message = CANARY"),
			"refresh Ecs sts token err, httpStatus: 404, message (withheld)"},
		{errors.New("unmarshal aliyun cli config from '/a/b' failed: CANARY"), "unmarshal aliyun cli config from '/a/b' failed (withheld)"},
		{errors.New("get credentials from GET http://u:CANARY@h:1/CANARY?CANARY CANARY failed: CANARY"),
			"get credentials from GET http://h:1 (withheld)"},
		{errors.New("refresh KeyPair err: SessionAccessKeyId: id, SessionAccessKeySecret: CANARY"),
			"refresh KeyPair err: SessionAccessKeyId (withheld)"},
		{errors.New("ERROR: Can not open filekey-value delimiter not found: CANARY"),
			"ERROR: Can not open filekey-value delimiter not found (withheld)"},
		{errors.New("failed to execute external command: exit status 1\nstderr: CANARY"),
			"failed to execute external command: exit status 1 (withheld)"},
		{errors.New(`parsing time "CANARY" as "2006": cannot parse "CANARY" as "2006"`),
			`parsing time "…" as "…": cannot parse "…" as "…"`},
		{errors.New(`x "CANARY\"CANARY" y "CANARY`), `x "…" y "…"`},
		{errors.New(`x "CANARY\`), `x "…"`},
		{errors.New(`get role name failed: Get "http://100.100.100.200/CANARY": dial tcp 100.100.100.200:80: i/o timeout`),
			"get role name failed: Get http://100.100.100.200: dial tcp 100.100.100.200:80: i/o timeout"},
		{fmt.Errorf("a: %w", get("http://u:CANARY@h/CANARY", refused)), "Get http://h: dial tcp: connection refused"},
		{get("http://h", errors.New("CANARY")), "Get http://h: (withheld) *errors.errorString"},
		{get("CANARY://h", refused), "Get a URL (withheld): dial tcp: connection refused"},
		{&url.Error{Op: "parse", URL: "CANARY", Err: errors.New(`invalid port ":CANARY" after host`)}, "the URL is malformed"},
		{errors.New(strings.Repeat("é", 300)), strings.Repeat("é", 256) + "…"},
	} {
		assert.Equal(t, tt.want, plain(tt.err).Error())
		assert.Equal(t, tt.want, plain(plain(tt.err)).Error(), "twice")
	}
	for _, err := range []error{
		errors.New("unable to get credentials from enviroment variables, Access key ID must be specified via environment variable (X)"),
		&fs.PathError{Op: "open", Path: "/a/b", Err: fs.ErrNotExist},
		errors.New("json: cannot unmarshal number into Go struct field urlResponse.AccessKeyId of type string"),
		errors.New("unable to get profile with 'x'"),
	} {
		assert.Same(t, err, plain(err))
	}
}
