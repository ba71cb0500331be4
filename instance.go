package eip

// Instance names the resource that an address is bound to.
type Instance struct {
	// ID is the ID of the resource, for example "i-…"; for Type IpAddress it is
	// the IP address.
	ID string
	// Type is its type. Default: EcsInstance, whatever the ID looks like.
	Type InstanceType
	// PrivateIPAddress, Mode and VPCID are as in [AssociateEipAddressRequest].
	PrivateIPAddress string
	Mode             Mode
	VPCID            string
}

// kind is the type with its default.
func (t Instance) kind() InstanceType {
	if t.Type == "" {
		return InstanceTypeEcsInstance
	}
	return t.Type
}

// boundTo says whether an address is on an instance, or on its way there.
func boundTo(a *EipAddress, to Instance) bool {
	return a.InstanceID == to.ID &&
		(to.PrivateIPAddress == "" || a.PrivateIPAddress == "" || a.PrivateIPAddress == to.PrivateIPAddress)
}

// validInstance wants an instance that can be named.
func validInstance(op string, to Instance) error {
	var v validator
	v.required("Instance.ID", to.ID)
	if to.Type == InstanceTypeIPAddress && to.VPCID == "" {
		v.fault("Instance.VPCID", "", "is required when Type is IpAddress")
	}
	if len(v.faults) > 0 {
		return &ValidationError{Action: op, Faults: v.faults}
	}
	return nil
}
