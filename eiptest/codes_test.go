package eiptest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	eip "github.com/eipkit/eip-go"
	"github.com/eipkit/eip-go/eiptest"
	"github.com/eipkit/eip-go/eiptest/fault"
)

// codeFacts is what testdata/errors.json holds: action, status, code and message
// of each row of the documents' error tables, and the gateway's codes.
type codeFacts struct {
	Documented [][]any
	Common     []struct {
		Code, Message string
		Statuses      []int
	}
}

func readFacts(t *testing.T) (facts codeFacts) {
	t.Helper()
	text, err := os.ReadFile("../testdata/errors.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &facts))
	return facts
}

// scripted are the documented codes for which the state has no reason; tests
// reach them with Refuse.
var scripted = strings.Fields(`FrequentPurchase.EIP COMMODITY_NO_EXIST SYSTEM.UNKNOWN.ERROR TokenVerfiy.Failed OrderFailed
	QuotaExceeded.LargeSpecEip InvalidStatus.ValueNotSupported OperationFailed.RiskControl OrderError.EIP InternalError
	FUWU_BIZ_COMMODITY_VERIFY_FAIL Forbidden PAYFOR.CREDIT_PAY_INSUFFICIENT_BALANCE SYSTEM.SALE_VALIDATE_UNEXPECTED_ERROR
	Trade_Sync_Create_Sub_ERROR InvalidComponent.EipBandwidthMax OperationFailed.SaleValidate
	IllegalParam.OrderParamComponent OperationFailed.SaleExpression OperationFailed.CompleteUserInfo
	OperationFailed.QueryPrice OperationFailed.InvokeInnerApi OperationFailed.AccountMoneyInvalid
	OperationFailed.QueryCredtiInfo OperationFailed.QueryUserLabel PAY.INSUFFICIENT_BALANCE ORDER.QUANTITY_INVALID
	PAY.MAYI_WITHHOLDING_AGREEMENT_ILLEGAL OperationFailed.ChargeTypeInvalid IllegalParam.Name IllegalParam.Description
	InstanceExist.EipSegment OperationFailed.QuotaExceed OperationFailed.FrequentPurchase
	OperationFailed.CreateOrderFailed MissingParam.Bandwidth UnsupportedFeature.AllocateEipAddressWithZone`)

// Every documented code is either provoked by the state or known to be scripted, and
// Refuse serves each row of the documents with its status, in both formats.
func TestEveryDocumentedCode(t *testing.T) {
	t.Parallel()
	facts := readFacts(t)
	reached := map[string]bool{}
	for _, p := range slices.Concat(table, packageTable) {
		reached[p.code] = true
	}
	for _, code := range slices.Concat(scripted, scriptedPackages) {
		if reached[code] {
			t.Errorf("%s is provoked and need not be scripted", code)
		}
		reached[code] = true
	}
	srv := eiptest.NewServer(t)
	c := newCaller(t, srv)
	codes, known := map[string]bool{}, map[string]bool{}
	for _, row := range facts.Documented {
		known[fmt.Sprintln(row[:4]...)] = true
	}
	for _, row := range facts.Documented {
		action, status, code, message := row[0].(string), int(row[1].(float64)), row[2].(string), row[3].(string)
		codes[code] = true
		if !reached[code] {
			t.Errorf("%s of %s is neither provoked nor scripted", code, action)
		}
		for _, format := range []string{"JSON", "XML"} {
			srv.Fail(action, fault.RefuseWith(status, code, message), fault.Refuse(code))
			a := c.refused(status, code, action, "Format", format)
			if a.str("Message") != message {
				t.Errorf("%s %s: message %q, want %q", action, code, a.str("Message"), message)
			}
			a = c.call(action, "Format", format)
			if !known[fmt.Sprintln(action, a.status, code, a.str("Message"))] {
				t.Errorf("Refuse(%s) of %s: %d %s", code, action, a.status, a.body)
			}
		}
	}
	if len(codes) != 169 {
		t.Errorf("%d documented codes, want 169", len(codes))
	}
}

// Codes of the gateway are answered in the words that the sources print, or in
// words of this package if they print none.
func TestEveryCommonCode(t *testing.T) {
	t.Parallel()
	facts := readFacts(t)
	require.NotEmpty(t, facts.Common)
	srv := eiptest.NewServer(t)
	c := newCaller(t, srv)
	for _, common := range facts.Common {
		srv.Fail("", fault.Refuse(common.Code))
		a := c.call("DescribeRegions")
		require.Equal(t, common.Code, a.code())
		if len(common.Statuses) == 0 {
			common.Statuses = []int{400}
		}
		require.Contains(t, common.Statuses, a.status, common.Code)
		require.NotContains(t, []string{"", "The request was refused."}, a.str("Message"), common.Code)
		if common.Message != "" {
			require.Equal(t, common.Message, a.str("Message"), common.Code)
		}
	}
}

// The gateway's refusals of a parameter name it.
func TestRefusalNamesTheParameter(t *testing.T) {
	t.Parallel()
	c := newCaller(t, eiptest.NewServer(t))
	a := c.refused(400, "MissingParameter", "ReleaseEipAddress", "RegionId", region)
	require.Equal(t, `The input parameter "AllocationId" that is mandatory for processing this request is not supplied`, a.str("Message"))
	a = c.refused(400, "InvalidParameter", "DescribeEipAddresses", args("ISP", "nobody")...)
	require.Equal(t, `The specified value of parameter "ISP" is not valid.`, a.str("Message"))
}

// The body for mocks is an error that the client takes for the service's own.
func TestErrorBody(t *testing.T) {
	t.Parallel()
	for _, code := range []eip.Code{eip.CodeQuotaExceededEip, eip.CodeThrottlingUser, "Some.NewCode"} {
		mock := httpmock.NewMockTransport()
		mock.RegisterNoResponder(httpmock.NewStringResponder(400, eiptest.ErrorBody(code)))
		c, err := eip.NewClient("cn-hangzhou", eip.WithHTTPClient(&http.Client{Transport: mock}), eip.WithMaxAttempts(1),
			eip.WithThrottlePatience(0), eip.WithCredentials(eip.StaticCredentials("testid", "testsecret")))
		require.NoError(t, err)
		_, err = c.AllocateEipAddress(t.Context(), &eip.AllocateEipAddressRequest{})
		require.ErrorIs(t, err, code)
		require.False(t, eip.OutcomeUnknown(err))
		require.NotEmpty(t, eip.RequestID(err))
	}
}
