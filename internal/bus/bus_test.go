package bus_test

import (
	"testing"

	"plausch/internal/bus"
	"plausch/internal/bus/bustest"
)

func TestLocal(t *testing.T) {
	bustest.Run(t, func(*testing.T) bus.Bus { return new(bus.Local) })
}
