package bench

// The floor's structs have all documented members, with the types that the
// wire has. The fields are in alphabetical order.

type floorPage struct {
	EipAddresses struct {
		EipAddress []floorAddress
	}
	PageNumber int
	PageSize   int
	RequestID  string `json:"RequestId"`
	TotalCount int
}

type floorAddress struct {
	AllocationID     string `json:"AllocationId"`
	AllocationTime   string
	AvailableRegions struct {
		AvailableRegion []string
	}
	Bandwidth                 string
	BandwidthPackageBandwidth string
	BandwidthPackageID        string `json:"BandwidthPackageId"`
	BandwidthPackageType      string
	BizType                   string
	BusinessStatus            string
	ChargeType                string
	DeletionProtection        bool
	Description               string
	EipBandwidth              string
	ExpiredTime               string
	HDMonitorStatus           string
	HasReservationData        string
	IPAddress                 string `json:"IpAddress"`
	ISP                       string
	InstanceID                string `json:"InstanceId"`
	InstanceRegionID          string `json:"InstanceRegionId"`
	InstanceType              string
	InternetChargeType        string
	Mode                      string
	Name                      string
	Netmode                   string
	OperationLocks            struct {
		LockReason []struct{ LockReason string }
	}
	PrivateIPAddress              string `json:"PrivateIpAddress"`
	PublicIPAddressPoolID         string `json:"PublicIpAddressPoolId"`
	RegionID                      string `json:"RegionId"`
	ReservationActiveTime         string
	ReservationBandwidth          string
	ReservationInternetChargeType string
	ReservationOrderType          string
	ResourceGroupID               string `json:"ResourceGroupId"`
	SecondLimited                 bool
	SecurityProtectionTypes       struct {
		SecurityProtectionType []string
	}
	SegmentInstanceID string `json:"SegmentInstanceId"`
	ServiceManaged    int
	Status            string
	Tags              struct {
		Tag []struct{ Key, Value string }
	}
	VpcID string `json:"VpcId"`
	Zone  string
}

func (p *floorPage) digest() string {
	var d pageDigest
	for _, a := range p.EipAddresses.EipAddress {
		d.add(a.AllocationID, a.IPAddress, a.Bandwidth, a.Status, a.AllocationTime)
	}
	return d.String()
}

type floorPoints struct {
	EipMonitorDatas struct {
		EipMonitorData []struct {
			EipBandwidth int64
			EipFlow      int64
			EipPackets   int64
			EipRX        int64
			EipTX        int64
			TimeStamp    string
		}
	}
	RequestID string `json:"RequestId"`
}

func (p *floorPoints) digest() string {
	var d pointDigest
	for _, m := range p.EipMonitorDatas.EipMonitorData {
		d.add(m.TimeStamp, m.EipFlow, m.EipPackets)
	}
	return d.String()
}
