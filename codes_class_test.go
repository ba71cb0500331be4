package eip

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestClassesAreDistinctErrors(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for name, class := range classNames {
		text := class.Error()
		assert.True(t, strings.HasPrefix(text, "eip: "), name)
		assert.False(t, seen[text], text)
		seen[text] = true
		assert.NotEmpty(t, classHints[class], name)
		for other, target := range classNames {
			assert.Equal(t, name == other, errors.Is(class, target), "%s is %s", name, other)
		}
	}
	assert.Len(t, classHints, len(classNames))
}

func TestClassOfUnknownCodes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		code   Code
		status int
		want   error
	}{
		// By the shape of the name, whatever the status is.
		{"Throttling.Pool", 400, ErrThrottled},
		{"Throttling.Concurrency", 503, ErrThrottled},
		{"ThrottlingUser", 400, ErrThrottled},
		{"EipOperation.DoneTooFrequently", 400, ErrThrottled},
		{"FrequentPurchase.Segment", 400, ErrThrottled},
		{"Gateway.Throttling", 503, ErrThrottled},
		{"DryRunOperation.Success", 400, ErrDryRun},
		{"InvalidAccessKeyId.Expired", 404, ErrCredentials},
		{"InvalidSecurityToken.Missing", 403, ErrCredentials},
		{"InvalidTimeStamp.Future", 400, ErrCredentials},
		{"SignatureExpired", 400, ErrCredentials},
		{"MissingAccessKeyId", 400, ErrCredentials},
		{"QuotaExceeded.Segment", 400, ErrQuota},
		{"OperationDenied.QuotaExceed", 400, ErrQuota},
		{"LimitExceeded.Tag", 400, ErrQuota},
		{"QuotaExceededBandwidth", 400, ErrQuota},
		{"InsufficientBalance.Segment", 400, ErrAccount},
		{"PAY.SOMETHING", 400, ErrAccount},
		{"Forbidden.AlreadyDone", 400, ErrPermission},
		{"Forbidden.VpcNotFound", 404, ErrPermission},
		{"Forbbiden.Eip", 400, ErrPermission},
		{"NoPermission.Tag", 400, ErrPermission},
		{"UnsupportedFeature.New", 400, ErrUnsupported},
		{"OperationUnsupported.SomethingNew", 400, ErrUnsupported},
		{"OperationDenied.New", 400, ErrUnsupported},
		{"InvalidZone.NotSupport", 400, ErrUnsupported},
		{"InvalidVersion", 404, ErrUnsupported},
		{"InvalidApi.NotFound.X", 404, ErrUnsupported},
		{"InvalidEipId.NotFound", 404, ErrNotFound},
		{"InvalidEIPId.NotFound", 400, ErrNotFound},
		{"InvalidSegmentInstanceId.NotFound", 400, ErrNotFound},
		{"InvalidNatGatewayId.NotFound", 404, ErrNotFound},
		{"ResourceNotFound.BandwidthPackage", 400, ErrNotFound},
		{"ResourceNotFound", 404, ErrNotFound},
		{"OperationFailed.EipNotExist", 400, ErrNotFound},
		{"BandwidthPackageNotFound", 400, ErrNotFound},
		{"IncorrectStatus.NatGateway", 400, ErrConflict},
		{"IncorrectBusinessStatus", 400, ErrConflict},
		{"IncorrectSlbStatus.X", 400, ErrConflict},
		{"EipOperation.conflict", 400, ErrConflict},
		{"TaskConflict.New", 400, ErrConflict},
		{"EIP_TASK_CONFLICT", 400, ErrConflict},
		{"InvalidName.Duplicated", 400, ErrConflict},
		{"EipSegment.AlreadyExists", 400, ErrConflict},
		{"DependencyViolation.Eip", 400, ErrConflict},
		{"InsufficientSegmentCapacity", 500, ErrCapacity},
		{"ResourceNotEnough.Ip", 400, ErrCapacity},
		{"OperationFailed.InsufficientIp", 400, ErrCapacity},
		{"Segment.OutOfStock", 400, ErrCapacity},
		{"OrderError.Segment", 400, ErrOrder},
		{"ServiceUnavailable.Now", 400, ErrInternal},
		{"InternalError.Db", 400, ErrInternal},
		{"InvalidColour", 400, ErrInvalidParameter},
		{"InvalidColour.Malformed", 404, ErrInvalidParameter},
		{"InvalidColour.ValueNotSupported", 400, ErrInvalidParameter},
		{"IllegalParam.Colour", 400, ErrInvalidParameter},
		{"MissingColour", 400, ErrInvalidParameter},
		{"Mismatch.IpAndColour", 400, ErrInvalidParameter},
		{"UnsupportedParameter.Colour", 400, ErrInvalidParameter},
		{"Invalid.Colour", 500, ErrInvalidParameter},

		// "Not found" of what is not a resource is a wrong parameter.
		{"InvalidAreaId.NotFound", 404, ErrInvalidParameter},
		{"InvalidRegionId.NotFound.X", 404, ErrInvalidParameter},
		{"InvalidResourceGroup.NotFound", 404, ErrInvalidParameter},
		{"ResourceNotFound.ResourceGroup", 404, ErrInvalidParameter},
		{"RegionNotFound", 404, ErrInvalidParameter},
		{"OperationFailed.OrderNotExist", 400, ErrInvalidParameter},

		// By the status, if the name says nothing.
		{"SomethingNew", 400, ErrInvalidParameter},
		{"SomethingNew", 403, ErrPermission},
		{"SomethingNew", 404, ErrInvalidParameter},
		{"SomethingNew", 429, ErrThrottled},
		{"SomethingNew", 500, ErrInternal},
		{"SomethingNew", 503, ErrInternal},
		{"SomethingNew", 0, ErrInternal},
		{"SomethingNew", 200, ErrInternal},
		{"OperationFailed.New", 400, ErrInvalidParameter},
		{"OperationFailed.New", 500, ErrInternal},
		{"", 404, ErrInvalidParameter},
		{"", 403, ErrPermission},
		{"", 502, ErrInternal},

		// Words have ends: these only begin like the shapes above.
		{"Throttlingly", 400, ErrInvalidParameter},
		{"Forbiddenish", 429, ErrThrottled},
		{"Invalidated", 500, ErrInternal},
		{"Missingno", 500, ErrInternal},
		{"Payment.New", 500, ErrInternal},
		{"Signatures", 500, ErrInternal},
		{"NotFound", 404, ErrInvalidParameter},
		{"invalidEipIdNotFound", 500, ErrNotFound},
	} {
		assert.False(t, tt.code.Known(), tt.code)
		assert.Equal(t, tt.want, tt.code.class(tt.status), "%q %d", tt.code, tt.status)
	}
}

// A status alone is never "not found", whatever code comes with it.
func TestStatus404AloneIsNotNotFound(t *testing.T) {
	t.Parallel()
	for _, code := range []Code{"", "X", "Order.Missing", "InvalidFilterKey.NotFound", CodeInvalidRegionIdNotFound,
		CodeForbiddenRegionNotFound, CodeInvalidAccessKeyIdNotFound, CodeFUWUBIZCOMMODITYVERIFYFAIL} {
		assert.NotErrorIs(t, wrapped(code, 404), ErrNotFound, code)
	}
	require.ErrorIs(t, wrapped(CodeInvalidAllocationIdNotFound, 400), ErrNotFound)
}

// The table agrees with the shapes wherever a shape says anything, except for
// the codes listed here: they are the reason why there is a table.
func TestShapesAgreeWithTheTable(t *testing.T) {
	t.Parallel()
	exceptions := map[Code]errorClass{}
	for code, row := range codeTable {
		if shape := classOfShape(code); shape != "" && shape != row.class {
			exceptions[code] = shape
		}
	}
	assert.Equal(t, map[Code]errorClass{
		CodeForbiddenFinancialLocked:                    ErrPermission,
		CodeForbiddenRegionNotFound:                     ErrPermission,
		CodeInvalidBandwidthPackageIdNumberNotSupported: ErrUnsupported,
		CodeInvalidIPIpInSnatPool:                       ErrInvalidParameter,
		CodeInvalidEIPStatusBizDisabled:                 ErrInvalidParameter,
		CodeInvalidOperationDeletionProtection:          ErrInvalidParameter,
		CodeOperationUnsupportedIpNotInCbwp:             ErrUnsupported,
		CodeIllegalParamOrderParamComponent:             ErrInvalidParameter,
		CodeInvalidComponentEipBandwidthMax:             ErrInvalidParameter,
		CodeInvalidBindingStatus:                        ErrInvalidParameter,
		CodeINVALIDINSTANCESTATUS:                       ErrInvalidParameter,
		CodeInvalidInstanIdNotFound:                     ErrInvalidParameter,
		CodeORDERQUANTITYINVALID:                        ErrOrder,
		CodeInvalidParamsNotFound:                       ErrInvalidParameter,
		CodeOperationDeniedIpBelongToOtherUser:          ErrUnsupported,
		CodeOperationDeniedTooManyDataQueried:           ErrUnsupported,
	}, exceptions)
}

func FuzzCodeClass(f *testing.F) {
	f.Add("Throttling.User", 400)
	f.Add("..", 404)
	f.Add("A_\x00É.NotFound", 500)
	f.Add("", 0)
	f.Fuzz(func(t *testing.T, text string, status int) {
		code := Code(text)
		class := code.class(status)
		found := false
		for _, known := range classNames {
			found = found || class == known
		}
		if !found {
			t.Fatalf("%q %d: class %v", text, status, class)
		}
		if !codeMatches(code, status, class) {
			t.Fatalf("%q %d is not of its class", text, status)
		}
		if code.Error() == "" || len(code.Error()) > 1100 || strings.ContainsAny(code.Error(), "\n\r\x1b") {
			t.Fatalf("%q prints as %q", text, code.Error())
		}
		_ = code.Hint()
	})
}
