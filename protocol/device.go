package protocol

// Device is a sign-in of the caller.
type Device struct {
	ID      int64  `json:"id"`
	Program string `json:"program,omitzero"` // what its client called itself
	Created int64  `json:"created"`          // milliseconds since 1970-01-01 UTC
	Used    int64  `json:"used"`             // last, to within ten minutes
	Here    bool   `json:"here,omitzero"`    // it is the one that asks
}

// Devices is the result of device.list, by id, the newest 100.
type Devices struct {
	Devices []Device `json:"devices,omitempty"`
}

// DeviceRevoke is the params of device.revoke.
type DeviceRevoke struct {
	ID int64 `json:"id"`
}

// DeviceLinkBegin is the params of device.link_begin and device.link_state.
type DeviceLinkBegin struct {
	NewToken string `json:"new_token"` // that the new device has chosen, and signs in with when it is linked
}

// DeviceLinkBegun is the result of device.link_begin.
type DeviceLinkBegun struct {
	Code    string `json:"code"`    // to be typed on a device that has signed in
	Expires int64  `json:"expires"` // milliseconds since 1970-01-01 UTC
}

// DeviceLinkState is the result of device.link_state.
type DeviceLinkState struct {
	Linked bool `json:"linked,omitzero"` // sign in with the token
}

// DeviceLinkCode is the params of device.link_check and device.link.
type DeviceLinkCode struct {
	Code string `json:"code"`
}

// DeviceLink is the result of device.link_check: the device that would be linked.
type DeviceLink struct {
	Program string `json:"program,omitzero"` // what its client called itself
	Address string `json:"address,omitzero"` // where it is
	Began   int64  `json:"began"`            // milliseconds since 1970-01-01 UTC
	Expires int64  `json:"expires"`
}

// DeviceLinked is the result of device.link.
type DeviceLinked struct {
	ID int64 `json:"id"` // as of device.list
}
