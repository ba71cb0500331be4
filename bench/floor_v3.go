package bench

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// floorSignedHeaders are the names that the floor signs with signature V3, in
// their order. It has no security token.
const floorSignedHeaders = "content-type;host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"

// floorSignV3 returns the form and the headers of a request with signature V3. It
// sorts params, which are those of the action.
func floorSignV3(host, action, nonce, date string, params []floorParam, secret string) ([]byte, http.Header) {
	slices.SortFunc(params, func(a, b floorParam) int { return strings.Compare(a.key, b.key) })
	form := make([]byte, 0, 512)
	for i, p := range params {
		if i > 0 {
			form = append(form, '&')
		}
		form = floorEscape(form, p.key)
		form = append(form, '=')
		form = floorEscape(form, p.value)
	}
	sum := sha256.Sum256(form)
	hash := hex.EncodeToString(sum[:])
	request := "POST\n/\n\ncontent-type:application/x-www-form-urlencoded\nhost:" + host + "\nx-acs-action:" + action +
		"\nx-acs-content-sha256:" + hash + "\nx-acs-date:" + date + "\nx-acs-signature-nonce:" + nonce +
		"\nx-acs-version:2016-04-28\n\n" + floorSignedHeaders + "\n" + hash
	sum = sha256.Sum256([]byte(request))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("ACS3-HMAC-SHA256\n" + hex.EncodeToString(sum[:])))
	return form, http.Header{
		"Accept":                {"application/json"},
		"Content-Type":          {"application/x-www-form-urlencoded"},
		"X-Acs-Action":          {action},
		"X-Acs-Version":         {"2016-04-28"},
		"X-Acs-Date":            {date},
		"X-Acs-Signature-Nonce": {nonce},
		"X-Acs-Content-Sha256":  {hash},
		"Authorization": {"ACS3-HMAC-SHA256 Credential=" + AccessKeyID + ",SignedHeaders=" + floorSignedHeaders +
			",Signature=" + hex.EncodeToString(mac.Sum(nil))},
	}
}

// callV3 is call with signature V3.
func (c *floorClient) callV3(ctx context.Context, action string, out any, business ...floorParam) error {
	params := append(append(make([]floorParam, 0, 8), floorParam{"RegionId", Region}), business...)
	u, err := url.Parse(c.endpoint)
	if err != nil {
		return err
	}
	form, header := floorSignV3(u.Host, action, floorRandom(), time.Now().UTC().Format(timeForm), params, AccessKeySecret)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint, bytes.NewReader(form))
	if err != nil {
		return err
	}
	req.Header = header
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: status %d: %s", action, resp.StatusCode, body)
	}
	return json.Unmarshal(body, out)
}

// floorV3 adds the floor's work with signature V3.
func (s *Subject) floorV3(send *floorClient) {
	var unsorted, params [1 + len(businessParams)]floorParam
	unsorted[0] = floorParam{"RegionId", Region}
	for i, p := range businessParams {
		unsorted[1+i] = floorParam{p[0], p[1]}
	}
	s.Ops[SignV3] = Op{
		Do: func() error {
			params = unsorted // floorSignV3 sorts them
			form, header := floorSignV3("send"+memorySuffix, "DescribeZones", "0f7cc4b8e8b24c4d8b1c6f0a2b9d5e31", "2026-01-21T09:50:23Z",
				params[:], AccessKeySecret)
			if len(form) == 0 || !strings.Contains(header.Get("Authorization"), ",Signature=") {
				return fmt.Errorf("no signature in %q", header)
			}
			return nil
		},
		Got: func() string { return "" },
	}
	var small *floorSmallest
	s.Ops[SendV3] = Op{
		Do: func() error {
			small = new(floorSmallest)
			business := unsorted
			return send.callV3(context.Background(), "DescribeZones", small, business[1:]...)
		},
		Got: func() string { return small.RequestID },
	}
}
