package protocol

//msgp:limit arrays:256 maps:64

// Device is a sign-in of the caller.
type Device struct {
	ID      int64  `json:"id" msg:"id"`
	Program string `json:"program,omitzero" msg:"program,omitempty"` // what its client called itself
	Created int64  `json:"created" msg:"created"`                    // milliseconds since 1970-01-01 UTC
	Used    int64  `json:"used" msg:"used"`                          // last, to within ten minutes
	Here    bool   `json:"here,omitzero" msg:"here,omitempty"`       // it is the one that asks
}

// Devices is the result of device.list, by id, the newest 100.
type Devices struct {
	Devices []Device `json:"devices,omitempty" msg:"devices,omitempty"`
}

// DeviceRevoke is the params of device.revoke.
type DeviceRevoke struct {
	ID int64 `json:"id" msg:"id"`
}
