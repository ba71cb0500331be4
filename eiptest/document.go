package eiptest

import (
	"encoding/json"
	"time"
)

// formatName is what the first member of a whole document says.
const formatName = "eipsim/1"

// document is the state of a service in JSON: what a snapshot has, what a seed
// file may have, and, line by line, what a state file keeps. Everything has a
// default. In a change, which is a line of a state file after the first, what is
// not there stays as it was.
type document struct {
	Format string `json:"format,omitempty"`
	Change bool   `json:"change,omitempty"`

	Quota           *int           `json:"quota,omitempty"`
	Balance         *float64       `json:"balance,omitempty"`
	PoolServiceOpen *bool          `json:"poolServiceOpen,omitempty"`
	Regions         []regionDoc    `json:"regions"`           // those whose stock has an end
	Failing         map[string]int `json:"failing,omitempty"` // transitions that are going to fail
	Counters        *countersDoc   `json:"counters,omitempty"`

	// Regions, Instances and Pools that are not there at all are those of the options.
	Instances []instanceDoc `json:"instances"`
	Pools     []poolDoc     `json:"pools"`
	Segments  []segmentDoc  `json:"segments,omitempty"`
	Addresses []addressDoc  `json:"addresses,omitempty"`
	Released  []addressDoc  `json:"released,omitempty"` // those that can be asked for again
	Packages  []packageDoc  `json:"packages,omitempty"`
	Orders    []orderDoc    `json:"orders,omitempty"`
	Tokens    []tokenDoc    `json:"tokens,omitempty"`
	Due       []dueDoc      `json:"due,omitempty"`

	Removed *removedDoc `json:"removed,omitempty"` // in a change only
}

// removedDoc names what a change took away.
type removedDoc struct {
	Instances []string `json:"instances,omitempty"`
	Pools     []string `json:"pools,omitempty"`
	Segments  []string `json:"segments,omitempty"`
	Addresses []string `json:"addresses,omitempty"`
	Packages  []string `json:"packages,omitempty"`
	Orders    []int64  `json:"orders,omitempty"`
	Due       []uint64 `json:"due,omitempty"`
}

// regionDoc is what is left of a region. A stock that is not there has no end.
type regionDoc struct {
	ID    string         `json:"id"`
	Stock *int           `json:"stock,omitempty"`
	Masks map[string]int `json:"masks,omitempty"` // segments left by mask
}

// countersDoc are the numbers from which IDs and IPs are made.
type countersDoc struct {
	Serial    uint64              `json:"serial"`
	Addresses uint64              `json:"addresses,omitempty"`
	Pools     uint64              `json:"pools,omitempty"`
	Due       uint64              `json:"due,omitempty"`
	Members   uint64              `json:"members,omitempty"`
	NextIP    int                 `json:"nextIp,omitempty"`
	NextBlock int                 `json:"nextBlock,omitempty"`
	Free      map[string][]string `json:"free,omitempty"` // first IPs of blocks that were given back, by size
}

// addressDoc is an address. The first members are those that GET /_eip/state has
// for every address.
type addressDoc struct {
	ID                 string            `json:"id"`
	Region             string            `json:"region"`
	IP                 string            `json:"ip"`
	Status             string            `json:"status"`
	Bandwidth          int               `json:"bandwidth"`
	InstanceID         string            `json:"instanceId"`
	InstanceType       string            `json:"instanceType"`
	Name               string            `json:"name"`
	Tags               map[string]string `json:"tags"`
	BandwidthPackageID string            `json:"bandwidthPackageId"`
	PoolID             string            `json:"poolId"`
	SegmentID          string            `json:"segmentId"`
	CreatedAt          time.Time         `json:"createdAt,omitzero"`

	InternetChargeType   string    `json:"internetChargeType,omitempty"`
	ChargeType           string    `json:"chargeType,omitempty"`
	ISP                  string    `json:"isp,omitempty"`
	Netmode              string    `json:"netmode,omitempty"`
	Zone                 string    `json:"zone,omitempty"`
	Description          string    `json:"description,omitempty"`
	ResourceGroupID      string    `json:"resourceGroupId,omitempty"`
	Mode                 string    `json:"mode,omitempty"`
	PrivateIP            string    `json:"privateIp,omitempty"`
	VpcID                string    `json:"vpcId,omitempty"`
	PrivateIPNamed       bool      `json:"privateIpNamed,omitempty"` // by the call that bound it
	VpcNamed             bool      `json:"vpcNamed,omitempty"`
	InstanceRegion       string    `json:"instanceRegion,omitempty"`
	SecurityProtection   []string  `json:"securityProtection,omitempty"`
	Locked               string    `json:"locked,omitempty"`
	Owner                string    `json:"owner,omitempty"`
	DeletionProtection   bool      `json:"deletionProtection,omitempty"`
	ServiceManaged       bool      `json:"serviceManaged,omitempty"`
	HDMonitor            bool      `json:"hdMonitor,omitempty"`
	LogProject           string    `json:"logProject,omitempty"`
	LogStore             string    `json:"logStore,omitempty"`
	GlobalAccelerationID string    `json:"globalAccelerationId,omitempty"`
	Quiet                bool      `json:"quiet,omitempty"`
	Token                string    `json:"token,omitempty"`
	UnboundAt            time.Time `json:"unboundAt,omitzero"`
	ReleasedAt           time.Time `json:"releasedAt,omitzero"`
	ExpiresAt            time.Time `json:"expiresAt,omitzero"`
	VisibleAt            time.Time `json:"visibleAt,omitzero"`
	Hidden               bool      `json:"hidden,omitempty"`
	Changes              uint64    `json:"changes,omitempty"` // of the state, so far
	Number               uint64    `json:"number,omitempty"`  // order of creation
}

// segmentDoc is a segment. Its addresses are those that name it.
type segmentDoc struct {
	ID          string      `json:"id"`
	Region      string      `json:"region"`
	Zone        string      `json:"zone,omitempty"`
	Status      string      `json:"status"`
	Prefix      string      `json:"prefix"`
	Mask        int         `json:"mask,omitempty"` // instead of a prefix
	Count       int         `json:"count"`
	Name        string      `json:"name"`
	Description string      `json:"description,omitempty"`
	Token       string      `json:"token,omitempty"`
	CreatedAt   time.Time   `json:"createdAt,omitzero"`
	Charge      *addressDoc `json:"charge,omitempty"` // what its addresses have in common
}

// packageDoc is a bandwidth package.
type packageDoc struct {
	ID                 string            `json:"id"`
	Region             string            `json:"region"`
	Zone               string            `json:"zone,omitempty"`
	Status             string            `json:"status"`
	Bandwidth          int               `json:"bandwidth"`
	InternetChargeType string            `json:"internetChargeType"`
	ChargeType         string            `json:"chargeType,omitempty"`
	Ratio              int               `json:"ratio,omitempty"`
	ISP                string            `json:"isp"`
	Name               string            `json:"name"`
	Description        string            `json:"description,omitempty"`
	ResourceGroupID    string            `json:"resourceGroupId,omitempty"`
	Tags               map[string]string `json:"tags"`
	SecurityProtection []string          `json:"securityProtection,omitempty"`
	DeletionProtection bool              `json:"deletionProtection,omitempty"`
	ServiceManaged     bool              `json:"serviceManaged,omitempty"`
	Members            []memberDoc       `json:"members"`
	Token              string            `json:"token,omitempty"`
	CreatedAt          time.Time         `json:"createdAt,omitzero"`
	VisibleAt          time.Time         `json:"visibleAt,omitzero"`
	Changes            uint64            `json:"changes,omitempty"`
}

// memberDoc is an address in a package.
type memberDoc struct {
	ID        string `json:"id"`
	Status    string `json:"status"`
	Leaving   bool   `json:"leaving,omitempty"`
	Bandwidth int    `json:"bandwidth,omitempty"`
	Number    uint64 `json:"number,omitempty"` // tells joining twice apart
}

// poolDoc is a pool of public addresses.
type poolDoc struct {
	ID                 string            `json:"id"`
	Region             string            `json:"region"` // empty: any
	Status             string            `json:"status"`
	Free               int               `json:"free"` // addresses left that are in no block
	Total              int               `json:"total,omitempty"`
	Used               int               `json:"used,omitempty"` // total and used are for show
	AntiDDoS           bool              `json:"antiDdos,omitempty"`
	Blocks             []blockDoc        `json:"blocks"`
	Name               string            `json:"name"`
	Description        string            `json:"description,omitempty"`
	ISP                string            `json:"isp,omitempty"`
	BizType            string            `json:"bizType,omitempty"`
	Zones              []string          `json:"zones,omitempty"`
	ResourceGroupID    string            `json:"resourceGroupId,omitempty"`
	Tags               map[string]string `json:"tags"`
	DeletionProtection bool              `json:"deletionProtection,omitempty"`
	Token              string            `json:"token,omitempty"`
	CreatedAt          time.Time         `json:"createdAt,omitzero"`
	Number             uint64            `json:"number,omitempty"`
}

// blockDoc is a block of a pool.
type blockDoc struct {
	Prefix    string    `json:"prefix"`
	Status    string    `json:"status"`
	Total     int       `json:"total,omitempty"`
	Used      int       `json:"used,omitempty"` // total and used are for show
	Own       bool      `json:"own,omitempty"`  // of the network that the service hands out
	Next      string    `json:"next,omitempty"` // where to look for a free address
	CreatedAt time.Time `json:"createdAt,omitzero"`
	Number    uint64    `json:"number,omitempty"`
}

// instanceDoc is an instance. The type may be one of eipsim's short names.
type instanceDoc struct {
	ID         string   `json:"id"`
	Type       string   `json:"type"`
	Region     string   `json:"region"`
	Status     string   `json:"status"`
	Owner      string   `json:"owner,omitempty"`
	VpcID      string   `json:"vpcId,omitempty"`
	PrivateIPs []string `json:"privateIps,omitempty"`
	Classic    bool     `json:"classic,omitempty"`
	DefaultVPC bool     `json:"defaultVpc,omitempty"`
	Primary    bool     `json:"primary,omitempty"`
	PortMapped bool     `json:"portMapped,omitempty"`
}

// orderDoc is a subscription that is not paid yet.
type orderDoc struct {
	ID     int64             `json:"id"`
	Action string            `json:"action"`
	Region string            `json:"region"`
	Params map[string]string `json:"params,omitempty"` // without the envelope
	Months int               `json:"months"`
	Ask    addressDoc        `json:"ask"`
}

// tokenDoc is a ClientToken and the answer that it stands for.
type tokenDoc struct {
	AccessKeyID string          `json:"accessKeyId"`
	Action      string          `json:"action"`
	Token       string          `json:"token"`
	At          time.Time       `json:"at"`
	Print       uint64          `json:"print"` // of the parameters
	Answer      json.RawMessage `json:"answer,omitempty"`
	Refusal     *refusalDoc     `json:"refusal,omitempty"`
}

type refusalDoc struct {
	Status  int    `json:"status"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// dueDoc is something that is going to happen.
type dueDoc struct {
	Seq uint64    `json:"seq"`
	At  time.Time `json:"at"`
	dueTask
}

// dueTask says what is going to happen, to what, and whether it fails.
type dueTask struct {
	Do        string `json:"do"`
	ID        string `json:"id"`
	Change    uint64 `json:"change,omitempty"`    // the state that it ends, as Changes counts them
	Number    uint64 `json:"number,omitempty"`    // of the member or block
	From      string `json:"from,omitempty"`      // the state to go back to
	Back      bool   `json:"back,omitempty"`      // it goes back
	Bandwidth int    `json:"bandwidth,omitempty"` // of a package afterwards
}
