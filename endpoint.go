package eip

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// centralHost serves every region that has no host of its own. The 2019 API
// reference (PDF) knows no other host.
const centralHost = "vpc.aliyuncs.com"

// publishedRegions are the regions that the vendor's metadata publishes for the
// product. Their hosts there follow the rule in resolveEndpoint, those of
// cn-hangzhou, cn-shanghai-finance-1 and cn-shenzhen-finance-1 included, which
// the vendor's SDKs send to the central host.
var publishedRegions = []string{
	"ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
	"ap-southeast-3", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
	"cn-beijing", "cn-beijing-finance-1", "cn-chengdu", "cn-fuzhou", "cn-guangzhou",
	"cn-hangzhou", "cn-heyuan", "cn-heyuan-acdr-1", "cn-hongkong", "cn-huhehaote",
	"cn-nanjing", "cn-qingdao", "cn-shanghai", "cn-shanghai-finance-1", "cn-shenzhen",
	"cn-shenzhen-finance-1", "cn-wuhan-lr", "cn-wulanchabu", "cn-zhangjiakou", "cn-zhengzhou-jva",
	"eu-central-1", "eu-west-1", "me-central-1", "me-east-1", "na-south-1", "us-east-1", "us-west-1",
}

// unusualHosts are the public hosts that do not follow the rule, as the vendor's
// SDK has them. The metadata lists none of these regions; many look like the
// vendor's own.
var unusualHosts = map[string]string{
	"ap-northeast-2-pop":          centralHost,
	"cn-beijing-finance-pop":      centralHost,
	"cn-beijing-gov-1":            centralHost,
	"cn-beijing-nu16-b01":         centralHost,
	"cn-edge-1":                   "vpc-nebula.cn-qingdao-nebula.aliyuncs.com",
	"cn-fujian":                   centralHost,
	"cn-haidian-cm12-c01":         centralHost,
	"cn-hangzhou-bj-b01":          centralHost,
	"cn-hangzhou-finance":         centralHost,
	"cn-hangzhou-internal-prod-1": centralHost,
	"cn-hangzhou-internal-test-1": "vpc-pre.cn-hangzhou.aliyuncs.com",
	"cn-hangzhou-internal-test-2": "vpc-inner-pre.cn-hangzhou.aliyuncs.com",
	"cn-hangzhou-internal-test-3": "vpc-pre.cn-hangzhou.aliyuncs.com",
	"cn-hangzhou-test-306":        "vpc-pre.cn-hangzhou.aliyuncs.com",
	"cn-hongkong-finance-pop":     centralHost,
	"cn-huhehaote-nebula-1":       "vpc-nebula.cn-qingdao-nebula.aliyuncs.com",
	"cn-north-2-gov-1":            centralHost,
	"cn-qingdao-nebula":           "vpc-nebula.cn-qingdao-nebula.aliyuncs.com",
	"cn-shanghai-et15-b01":        "vpc-pre.cn-hangzhou.aliyuncs.com",
	"cn-shanghai-et2-b01":         centralHost,
	"cn-shanghai-inner":           centralHost,
	"cn-shanghai-internal-test-1": "vpc-pre.cn-hangzhou.aliyuncs.com",
	"cn-shenzhen-inner":           centralHost,
	"cn-shenzhen-st4-d01":         centralHost,
	"cn-shenzhen-su18-b01":        centralHost,
	"cn-wuhan":                    centralHost,
	"cn-yushanfang":               centralHost,
	"cn-zhangbei":                 centralHost,
	"cn-zhangbei-na61-b01":        centralHost,
	"cn-zhangjiakou-na62-a01":     "vpc.cn-zhangjiakou.aliyuncs.com",
	"cn-zhengzhou-nebula-1":       "vpc-nebula.cn-qingdao-nebula.aliyuncs.com",
	"eu-west-1-oxs":               "vpc-nebula.cn-shenzhen-cloudstone.aliyuncs.com",
	"rus-west-1-pop":              centralHost,
}

// Regions returns the IDs of the regions that the vendor's metadata of April
// 2026 publishes for this product, sorted, such as "cn-hangzhou". It needs no
// network and may be out of date: [NewClient] takes any region, and
// DescribeRegions asks the service. Two of them, ap-south-1 and ap-southeast-2,
// are marked as closed. The caller owns the slice.
func Regions() []string { return slices.Clone(publishedRegions) }

// resolveEndpoint returns the host that serves a region: the public one, or the
// one that is reachable from inside a VPC of the region. A region that is not in
// the table, such as one that opened after this release, has the hosts that the
// rule of the vendor's SDKs gives.
func resolveEndpoint(regionID string, internal bool) (host string, err error) {
	if err := checkRegionID(regionID); err != nil {
		return "", err
	}
	if internal {
		// No source publishes an internal host for the unusual regions; the rule
		// is the only guess there is.
		return "vpc-vpc." + regionID + ".aliyuncs.com", nil
	}
	if host, ok := unusualHosts[regionID]; ok {
		return host, nil
	}
	return "vpc." + regionID + ".aliyuncs.com", nil
}

var errNoRegion = errors.New(`eip: RegionID is empty, and so is ` + regionVariable +
	` in the environment: give a region such as "cn-hangzhou" in either`)

// checkRegionID refuses what could make a host name of another domain, or no
// host name at all, out of a region.
func checkRegionID(regionID string) error {
	const limit = 63
	if regionID == "" {
		return errNoRegion
	}
	plain := len(regionID) <= limit && regionID[0] != '-' && regionID[len(regionID)-1] != '-'
	for i := 0; plain && i < len(regionID); i++ {
		b := regionID[i]
		plain = b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b == '-'
	}
	if !plain {
		return fmt.Errorf("eip: RegionID %s is not a region: 1 to %d lower-case letters, digits and hyphens, "+
			`no hyphen at either end, such as "cn-hangzhou"`, quoteShort(regionID), limit)
	}
	return nil
}

// guessRegion explains why a host is not known if the region is not in the
// table, and names regions that are spelled alike.
func guessRegion(regionID string, err error) error {
	if slices.Contains(publishedRegions, regionID) || unusualHosts[regionID] != "" {
		return err
	}
	near := nearRegions(regionID)
	if len(near) == 0 {
		return fmt.Errorf("%w; region %s is not in this library's table (see Regions)", err, regionID)
	}
	return fmt.Errorf("%w; region %s is not in this library's table, but %s: is it misspelt?", err, regionID, strings.Join(near, ", "))
}

// nearRegions returns up to three published regions that are at most three
// letters away from a region, the nearest first.
func nearRegions(regionID string) []string {
	const far = 3
	byDistance := make([][]string, far+1)
	for _, r := range publishedRegions {
		if d := editDistance(r, regionID); d <= far {
			byDistance[d] = append(byDistance[d], r)
		}
	}
	near := slices.Concat(byDistance...)
	return near[:min(len(near), 3)]
}

// editDistance counts the letters to insert, remove or change (Levenshtein).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}

// parseEndpoint checks an endpoint that the caller wrote, such as
// "https://vpc.aliyuncs.com" or "http://127.0.0.1:8089/path". Its errors show no
// more of it than scheme, host and path, since a user part may hold a password.
func parseEndpoint(raw string) (*url.URL, error) {
	const rule = "write https://host or http://host:port, with a path if need be"
	if strings.TrimSpace(raw) == "" {
		return nil, errors.New("eip: Endpoint is empty: " + rule)
	}
	if strings.Contains(raw, "@") {
		return nil, errors.New("eip: Endpoint holds a user, password or @: credentials are options of the client; " + rule)
	}
	if i := strings.IndexAny(raw, "?#"); i >= 0 {
		return nil, fmt.Errorf("eip: Endpoint %s has a query or fragment: end it before the %q", quoteShort(raw[:i]), raw[i])
	}
	scheme, _, hasScheme := strings.Cut(raw, "://")
	if !hasScheme {
		return nil, fmt.Errorf("eip: Endpoint %s has no scheme: write https://%s", quoteShort(raw), plainShort(raw))
	}
	u, err := url.Parse(raw)
	if err != nil {
		// The parser's error repeats the whole text.
		cause := err
		var parseErr *url.Error
		if errors.As(err, &parseErr) {
			cause = parseErr.Err
		}
		return nil, fmt.Errorf("eip: Endpoint %s is not a URL (%s): %s", quoteShort(raw), plainShort(cause.Error()), rule)
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("eip: Endpoint %s has the scheme %s: %s", quoteShort(raw), quoteShort(scheme), rule)
	}
	if u.Hostname() == "" {
		return nil, fmt.Errorf("eip: Endpoint %s names no host: %s", quoteShort(raw), rule)
	}
	if strings.ContainsAny(u.Host, " \t\r\n\"<>\\^`{|}") {
		return nil, fmt.Errorf("eip: Endpoint %s has a host that is no host name: %s", quoteShort(raw), rule)
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return nil, fmt.Errorf("eip: Endpoint %s has the port %s: ports are 1 to 65535", quoteShort(raw), quoteShort(port))
		}
	}
	return u, nil
}

// quoteShort quotes a value for an error, and cuts what is too long to read.
func quoteShort(s string) string {
	const limit = 80
	if len(s) > limit {
		return strconv.QuoteToASCII(s[:limit]) + "..."
	}
	return strconv.QuoteToASCII(s)
}

// plainShort returns the text of quoteShort without the quotes.
func plainShort(s string) string {
	quoted := quoteShort(s)
	end := strings.LastIndexByte(quoted, '"')
	return quoted[1:end] + quoted[end+1:]
}
