package eip

// The codes of the error tables of the 2019 API reference (PDF), the 2017
// AllocateEipAddress page, the 2024 AllocateEipSegmentAddress page and the 2026
// AllocateEipAddressPro page, and the codes that the API gateway gives to every
// action, as the vendor's gateway documentation, SDKs and Terraform provider
// have them. The comment of each code lists the actions whose table has it with
// the HTTP status given there; "any action" marks codes of the gateway and of
// the product as a whole.

// Codes of the class ErrNotFound.
const (
	// AssociateEipAddress 404, ModifyEipAddressAttribute 404, ReleaseEipAddress 404, DescribeEipMonitorData
	// 400.
	CodeInvalidAllocationIdNotFound Code = "InvalidAllocationId.NotFound"
	// AssociateEipAddress 404.
	CodeInvalidInstanIdNotFound Code = "InvalidInstanId.NotFound"
	// UnassociateEipAddress 400, DescribeEipMonitorData 404.
	CodeInvalidInstanceIdNotFound Code = "InvalidInstanceId.NotFound"
	// AssociateEipAddress 400.
	CodeInvalidParamsNotFound Code = "InvalidParams.NotFound"
	// AllocateEipAddressPro 400.
	CodeOperationFailedInstanceNotExist Code = "OperationFailed.InstanceNotExist"
	// AllocateEipAddressPro 400.
	CodeResourceNotFoundIp Code = "ResourceNotFound.Ip"
	// AllocateEipAddressPro 400.
	CodeResourceNotFoundPublicIpAddressPool Code = "ResourceNotFound.PublicIpAddressPool"
)

// Codes of the class ErrThrottled.
const (
	// any action 400.
	CodeThrottling Code = "Throttling"
	// any action 400, any action 403, any action 429.
	CodeThrottlingUser Code = "Throttling.User"
	// any action 400.
	CodeThrottlingApi Code = "Throttling.Api"
	// No source gives a status.
	CodeRejectedThrottling Code = "Rejected.Throttling"
	// AllocateEipAddressPro 400, AllocateEipSegmentAddress 400.
	CodeFrequentPurchaseEIP Code = "FrequentPurchase.EIP"
	// AllocateEipSegmentAddress 400.
	CodeOperationFailedFrequentPurchase Code = "OperationFailed.FrequentPurchase"
)

// Codes of the class ErrQuota.
const (
	// AllocateEipSegmentAddress 400.
	CodeORDERQUANTITYINVALID Code = "ORDER.QUANTITY_INVALID"
	// DescribeEipMonitorData 400.
	CodeOperationDeniedTooManyDataQueried Code = "OperationDenied.TooManyDataQueried"
	// AllocateEipSegmentAddress 400.
	CodeOperationFailedEipQuotaExceed Code = "OperationFailed.EipQuotaExceed"
	// AllocateEipSegmentAddress 400.
	CodeOperationFailedQuotaExceed Code = "OperationFailed.QuotaExceed"
	// AllocateEipAddress 400, AllocateEipAddressPro 400, AllocateEipSegmentAddress 400.
	CodeQuotaExceededEip Code = "QuotaExceeded.Eip"
	// AllocateEipAddressPro 400, AllocateEipSegmentAddress 400.
	CodeQuotaExceededLargeSpecEip Code = "QuotaExceeded.LargeSpecEip"
)

// Codes of the class ErrAccount.
const (
	// AllocateEipAddress 400, AllocateEipAddressPro 400, AllocateEipSegmentAddress 400, any action 400.
	CodeInsufficientBalance Code = "InsufficientBalance"
	// ModifyEipAddressAttribute 400.
	CodeInsufficientBalanceEip Code = "InsufficientBalance.Eip"
	// AllocateEipSegmentAddress 400.
	CodeOperationFailedAccountMoneyInvalid Code = "OperationFailed.AccountMoneyInvalid"
	// AllocateEipSegmentAddress 400.
	CodeOperationFailedCompleteUserInfo Code = "OperationFailed.CompleteUserInfo"
	// AllocateEipAddressPro 400, AllocateEipSegmentAddress 400.
	CodeOperationFailedRiskControl Code = "OperationFailed.RiskControl"
	// AllocateEipSegmentAddress 400.
	CodePAYINSUFFICIENTBALANCE Code = "PAY.INSUFFICIENT_BALANCE"
	// AllocateEipSegmentAddress 400.
	CodePAYMAYIWITHHOLDINGAGREEMENTILLEGAL Code = "PAY.MAYI_WITHHOLDING_AGREEMENT_ILLEGAL"
	// AllocateEipSegmentAddress 400.
	CodePAYFORCREDITPAYINSUFFICIENTBALANCE Code = "PAYFOR.CREDIT_PAY_INSUFFICIENT_BALANCE"
	// AllocateEipSegmentAddress 400.
	CodeSYSTEMSALEVALIDATEUNEXPECTEDERROR Code = "SYSTEM.SALE_VALIDATE_UNEXPECTED_ERROR"
)

// Codes of the class ErrOrder.
const (
	// AllocateEipAddressPro 404.
	CodeFUWUBIZCOMMODITYVERIFYFAIL Code = "FUWU_BIZ_COMMODITY_VERIFY_FAIL"
	// AllocateEipSegmentAddress 400.
	CodeIllegalParamOrderParamComponent Code = "IllegalParam.OrderParamComponent"
	// AllocateEipSegmentAddress 400.
	CodeInvalidComponentEipBandwidthMax Code = "InvalidComponent.EipBandwidthMax"
	// AllocateEipSegmentAddress 400.
	CodeOperationFailedCreateOrderFailed Code = "OperationFailed.CreateOrderFailed"
	// AllocateEipSegmentAddress 400.
	CodeOperationFailedQueryCredtiInfo Code = "OperationFailed.QueryCredtiInfo"
	// AllocateEipSegmentAddress 400.
	CodeOperationFailedQueryPrice Code = "OperationFailed.QueryPrice"
	// AllocateEipSegmentAddress 400.
	CodeOperationFailedQueryUserLabel Code = "OperationFailed.QueryUserLabel"
	// AllocateEipSegmentAddress 400.
	CodeOperationFailedSaleExpression Code = "OperationFailed.SaleExpression"
	// AllocateEipSegmentAddress 400.
	CodeOperationFailedSaleValidate Code = "OperationFailed.SaleValidate"
	// AllocateEipAddressPro 400, AllocateEipSegmentAddress 400.
	CodeOrderErrorEIP Code = "OrderError.EIP"
	// AllocateEipAddressPro 400, AllocateEipSegmentAddress 400.
	CodeOrderFailed Code = "OrderFailed"
	// AllocateEipAddressPro 400.
	CodeSYSTEMUNKNOWNERROR Code = "SYSTEM.UNKNOWN.ERROR"
	// AllocateEipSegmentAddress 400.
	CodeTradeSyncCreateSubERROR Code = "Trade_Sync_Create_Sub_ERROR"
)

// Codes of the class ErrPermission.
const (
	// AssociateEipAddress 400.
	CodeBINDINSTANCEOWENERERROR Code = "BIND_INSTANCE_OWENER_ERROR"
	// AllocateEipAddress 403, AssociateEipAddress 400, UnassociateEipAddress 400, ReleaseEipAddress 400,
	// DescribeEipGatewayInfo 403, any action 403.
	CodeForbbiden Code = "Forbbiden"
	// any action 403.
	CodeForbeddenNotSupportRAM Code = "Forbedden.NotSupportRAM"
	// AllocateEipAddressPro 403, AllocateEipSegmentAddress 400, any action 403.
	CodeForbidden Code = "Forbidden"
	// ReleaseEipAddress 400.
	CodeForbiddenChargeTypeIsPrepaid Code = "Forbidden.ChargeTypeIsPrepaid"
	// any action 403.
	CodeForbiddenRAM Code = "Forbidden.RAM"
	// any action 403.
	CodeForbiddenRiskControl Code = "Forbidden.RiskControl"
	// any action 403.
	CodeForbiddenUserVerification Code = "Forbidden.UserVerification"
	// No source gives a status.
	CodeNoPermission Code = "NoPermission"
	// AllocateEipAddressPro 400.
	CodeOperationDeniedIpBelongToOtherUser Code = "OperationDenied.IpBelongToOtherUser"
	// AllocateEipAddressPro 400.
	CodeOperationFailedAllocateUnfamiliarIp Code = "OperationFailed.AllocateUnfamiliarIp"
)

// Codes of the class ErrCredentials.
const (
	// No source gives a status.
	CodeForbiddenAccessKeyDisabled Code = "Forbidden.AccessKeyDisabled"
	// any action 400.
	CodeIllegalTimestamp Code = "IllegalTimestamp"
	// any action 400.
	CodeIncompleteSignature Code = "IncompleteSignature"
	// any action 400.
	CodeInvalidAccessKeyIdInactive Code = "InvalidAccessKeyId.Inactive"
	// any action 400, any action 404.
	CodeInvalidAccessKeyIdNotFound Code = "InvalidAccessKeyId.NotFound"
	// No source gives a status.
	CodeInvalidSecurityTokenExpired Code = "InvalidSecurityToken.Expired"
	// No source gives a status.
	CodeInvalidSecurityTokenMalformed Code = "InvalidSecurityToken.Malformed"
	// No source gives a status.
	CodeInvalidSecurityTokenMismatchWithAccessKey Code = "InvalidSecurityToken.MismatchWithAccessKey"
	// any action 400.
	CodeInvalidSignatureMethod Code = "InvalidSignatureMethod"
	// any action 400.
	CodeInvalidTimeStampExpired Code = "InvalidTimeStamp.Expired"
	// any action 400.
	CodeInvalidTimeStampFormat Code = "InvalidTimeStamp.Format"
	// No source gives a status.
	CodeMissingSecurityToken Code = "MissingSecurityToken"
	// any action 400, any action 403.
	CodeSignatureDoesNotMatch Code = "SignatureDoesNotMatch"
	// any action 400.
	CodeSignatureNonceUsed Code = "SignatureNonceUsed"
)

// Codes of the class ErrInvalidParameter.
const (
	// AllocateEipAddressPro 400, AllocateEipSegmentAddress 400.
	CodeCOMMODITYNOEXIST Code = "COMMODITY_NO_EXIST"
	// ModifyEipAddressAttribute 404, DescribeEipAddresses 404, UnassociateEipAddress 404, ReleaseEipAddress
	// 404, DescribeEipMonitorData 404, any action 404.
	CodeForbiddenRegionNotFound Code = "Forbidden.RegionNotFound"
	// AllocateEipAddressPro 400, AllocateEipSegmentAddress 400.
	CodeINSTANCETYPENOTSUPPORT Code = "INSTANCE_TYPE_NOT_SUPPORT"
	// No source gives a status.
	CodeIdempotentParameterMismatch Code = "IdempotentParameterMismatch"
	// AllocateEipSegmentAddress 400.
	CodeIllegalParamDescription Code = "IllegalParam.Description"
	// AllocateEipSegmentAddress 400.
	CodeIllegalParamEipMask Code = "IllegalParam.EipMask"
	// AllocateEipAddressPro 400.
	CodeIllegalParamIpAddress Code = "IllegalParam.IpAddress"
	// AllocateEipAddressPro 400.
	CodeIllegalParamIsp Code = "IllegalParam.Isp"
	// AllocateEipSegmentAddress 400.
	CodeIllegalParamName Code = "IllegalParam.Name"
	// AllocateEipSegmentAddress 400.
	CodeIllegalParamZone Code = "IllegalParam.Zone"
	// AllocateEipAddressPro 400.
	CodeInvalidReserveIp Code = "Invalid.Reserve.Ip"
	// AllocateEipAddressPro 400, AllocateEipSegmentAddress 400.
	CodeInvalidBandwidthMalformed Code = "InvalidBandwidth.Malformed"
	// DescribeEipAddresses 400.
	CodeInvalidChargeTypeValueNotSupported Code = "InvalidChargeType.ValueNotSupported"
	// DescribeEipMonitorData 400.
	CodeInvalidEndTimeMalformed Code = "InvalidEndTime.Malformed"
	// DescribeEipAddresses 404.
	CodeInvalidFilterKeyNotFound Code = "InvalidFilterKey.NotFound"
	// DescribeEipAddresses 404.
	CodeInvalidFilterValue Code = "InvalidFilterValue"
	// DescribeEipAddresses 400.
	CodeInvalidIAssociatedInstanceTypeValueNotSupported Code = "InvalidIAssociatedInstanceType.ValueNotSupported"
	// AssociateEipAddress 400, UnassociateEipAddress 400.
	CodeInvalidInstanceTypeValueNotSupported Code = "InvalidInstanceType.ValueNotSupported"
	// DescribeEipAddresses 404.
	CodeInvalidLockReasonNotFound Code = "InvalidLockReason.NotFound"
	// AllocateEipAddress 400, AllocateEipAddressPro 400, AllocateEipSegmentAddress 400, AssociateEipAddress
	// 400, ModifyEipAddressAttribute 400, UnassociateEipAddress 400, any action 400.
	CodeInvalidParameter Code = "InvalidParameter"
	// any action 400.
	CodeInvalidParameterFormat Code = "InvalidParameter.Format"
	// AssociateEipAddress 400.
	CodeInvalidParameterMismatch Code = "InvalidParameter.Mismatch"
	// DescribeEipMonitorData 400.
	CodeInvalidPeriodValueNotSupported Code = "InvalidPeriod.ValueNotSupported"
	// AllocateEipAddress 404, AllocateEipAddressPro 404, AllocateEipSegmentAddress 404.
	CodeInvalidRegionIdNotFound Code = "InvalidRegionId.NotFound"
	// AllocateEipAddressPro 400, AllocateEipSegmentAddress 400.
	CodeInvalidResourceGroupId Code = "InvalidResourceGroupId"
	// DescribeEipMonitorData 400.
	CodeInvalidStartTimeMalformed Code = "InvalidStartTime.Malformed"
	// DescribeEipMonitorData 400.
	CodeInvalidStartTimeTooEarly Code = "InvalidStartTime.TooEarly"
	// AllocateEipAddressPro 400.
	CodeInvalidStatusValueNotSupported Code = "InvalidStatus.ValueNotSupported"
	// AllocateEipAddressPro 400.
	CodeMismatchEipSecurityProtectionTypeAndPoolSecurityProtectionType Code = "Mismatch.EipSecurityProtectionTypeAndPoolSecurityProtectionType"
	// AllocateEipAddressPro 400.
	CodeMismatchIpAndIsp Code = "Mismatch.IpAndIsp"
	// AllocateEipAddressPro 400.
	CodeMismatchIpAndPublicIpAddressPool Code = "Mismatch.IpAndPublicIpAddressPool"
	// AllocateEipSegmentAddress 400.
	CodeMissingParamBandwidth Code = "MissingParam.Bandwidth"
	// any action 400.
	CodeMissingParameter Code = "MissingParameter"
	// AllocateEipAddressPro 400, AllocateEipSegmentAddress 400.
	CodeQueryParameterIllegal Code = "QueryParameter.Illegal"
	// any action 400.
	CodeUnsupportedParameter Code = "UnsupportedParameter"
)

// Codes of the class ErrConflict.
const (
	// AssociateEipAddress 400.
	CodeBINDINSTANCEHAVEPORTMAPORBINDEIP Code = "BIND_INSTANCE_HAVE_PORTMAP_OR_BIND_EIP"
	// AllocateEipAddressPro 400.
	CodeINVALIDINSTANCESTATUS Code = "INVALID_INSTANCE_STATUS"
	// AssociateEipAddress 400, ModifyEipAddressAttribute 400, UnassociateEipAddress 400, ReleaseEipAddress 400,
	// any action 400.
	CodeIncorrectEipStatus Code = "IncorrectEipStatus"
	// AssociateEipAddress 400, UnassociateEipAddress 400.
	CodeIncorrectHaVipStatus Code = "IncorrectHaVipStatus"
	// AssociateEipAddress 400, UnassociateEipAddress 400.
	CodeIncorrectInstanceStatus Code = "IncorrectInstanceStatus"
	// No source gives a status.
	CodeIncorrectStatus Code = "IncorrectStatus"
	// AllocateEipAddressPro 400.
	CodeIncorrectStatusIp Code = "IncorrectStatus.Ip"
	// AllocateEipAddressPro 400.
	CodeIncorrectStatusPublicIpAddressPool Code = "IncorrectStatus.PublicIpAddressPool"
	// AllocateEipSegmentAddress 400.
	CodeInstanceExistEipSegment Code = "InstanceExist.EipSegment"
	// AssociateEipAddress 400.
	CodeInvalidAssociationDuplicated Code = "InvalidAssociation.Duplicated"
	// AssociateEipAddress 400, UnassociateEipAddress 400.
	CodeInvalidBindingStatus Code = "InvalidBindingStatus"
	// AllocateEipAddressPro 400.
	CodeIpAllocated Code = "Ip.Allocated"
	// AllocateEipAddressPro 400.
	CodeIpKeeped Code = "Ip.Keeped"
	// No source gives a status.
	CodeLastTokenProcessing Code = "LastTokenProcessing"
	// AllocateEipSegmentAddress 400, any action 400.
	CodeOperationConflict Code = "OperationConflict"
	// AllocateEipAddressPro 400.
	CodeOperationFailedIpIsLocked Code = "OperationFailed.IpIsLocked"
	// No source gives a status.
	CodeOperationFailedLastTokenProcessing Code = "OperationFailed.LastTokenProcessing"
	// AllocateEipAddress 400, AllocateEipAddressPro 400, AllocateEipSegmentAddress 400.
	CodeReserveIpFail Code = "ReserveIpFail"
	// No source gives a status.
	CodeTaskConflict Code = "TaskConflict"
	// ReleaseEipAddress 400, any action 400.
	CodeTaskConflictAssociateGlobalAccelerationInstance Code = "TaskConflict.AssociateGlobalAccelerationInstance"
	// No source gives a status.
	CodeVPCTASKCONFLICT Code = "VPC_TASK_CONFLICT"
)

// Codes of the class ErrCapacity.
const (
	// AllocateEipAddress 500.
	CodeInsufficientEipCapacity Code = "InsufficientEipCapacity"
	// AllocateEipSegmentAddress 400.
	CodeOperationFailedAllocateEipSegment Code = "OperationFailed.AllocateEipSegment"
	// AllocateEipSegmentAddress 400.
	CodeOperationFailedInsufficientEIP Code = "OperationFailed.InsufficientEIP"
	// AllocateEipAddressPro 400.
	CodeOperationFailedResourceNotEnough Code = "OperationFailed.ResourceNotEnough"
	// AllocateEipAddressPro 400.
	CodeResourceNotEnoughPublicIpAddressPool Code = "ResourceNotEnough.PublicIpAddressPool"
)

// Codes of the class ErrUnsupported.
const (
	// any action 403.
	CodeInvalidAction Code = "InvalidAction"
	// any action 404.
	CodeInvalidApiNotFound Code = "InvalidApi.NotFound"
	// any action 404.
	CodeInvalidProductNotFound Code = "InvalidProduct.NotFound"
	// any action 404.
	CodeInvalidProtocolNeedSsl Code = "InvalidProtocol.NeedSsl"
	// AllocateEipAddress 400, AllocateEipAddressPro 400, AllocateEipSegmentAddress 400.
	CodeInvalidRegionNotSupport Code = "InvalidRegion.NotSupport"
	// any action 400.
	CodeNoSuchVersion Code = "NoSuchVersion"
	// AssociateEipAddress 400, UnassociateEipAddress 400.
	CodeOperationDenied Code = "OperationDenied"
	// AllocateEipSegmentAddress 400.
	CodeOperationFailedChargeTypeInvalid Code = "OperationFailed.ChargeTypeInvalid"
	// AllocateEipSegmentAddress 400.
	CodeUnsupportedFeatureAllocateEipAddressWithZone Code = "UnsupportedFeature.AllocateEipAddressWithZone"
	// any action 400, any action 403.
	CodeUnsupportedHTTPMethod Code = "UnsupportedHTTPMethod"
	// any action 400.
	CodeUnsupportedOperation Code = "UnsupportedOperation"
)

// Codes of the class ErrInternal.
const (
	// No source gives a status.
	CodeIdempotentFailed Code = "IdempotentFailed"
	// AllocateEipAddressPro 500, AllocateEipSegmentAddress 500, ModifyEipAddressAttribute 500,
	// ReleaseEipAddress 500, any action 500.
	CodeInternalError Code = "InternalError"
	// AllocateEipSegmentAddress 400.
	CodeOperationFailedInvokeInnerApi Code = "OperationFailed.InvokeInnerApi"
	// any action 503.
	CodeServiceUnavailable Code = "ServiceUnavailable"
	// No source gives a status.
	CodeSystemBusy Code = "SystemBusy"
	// AllocateEipAddressPro 400, AllocateEipSegmentAddress 400, any action 400.
	CodeTokenVerfiyFailed Code = "TokenVerfiy.Failed"
	// No source gives a status.
	CodeUnknownError Code = "UnknownError"
)

// Codes of the class ErrDryRun.
const (
	// any action 400.
	CodeDryRunOperation Code = "DryRunOperation"
)
