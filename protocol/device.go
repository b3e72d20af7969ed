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
