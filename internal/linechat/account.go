package linechat

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
	"plausch/internal/link"
	"plausch/internal/terminal"
	"plausch/protocol"
)

func (c *chat) cmdName(ctx context.Context, _ []string, rest string) {
	var me plausch.AccountRef
	c.ask(ctx, func(ctx context.Context) (err error) {
		me, err = c.client.UpdateAccount(ctx, rest)
		return err
	}, func(err error) {
		if err != nil {
			c.failed(err)
			return
		}
		c.apply(timeline.Account{AccountRef: me})
		c.render.mention = mentionOf(me)
		c.note("You are %s.", client.CleanLine(me.Shown()))
	})
}

// cmdDevices lists where the account is signed in, or ends one of those sign-ins.
func (c *chat) cmdDevices(ctx context.Context, words []string, _ string) {
	if len(words) == 0 {
		c.listDevices(ctx)
		return
	}
	var id int64
	var err error
	if len(words) == 2 {
		id, err = strconv.ParseInt(words[1], 10, 64)
	}
	if words[0] != "revoke" || len(words) != 2 || err != nil {
		c.note("/devices lists your sign-ins with their numbers; /devices revoke NUMBER ends one.")
		return
	}
	c.ask(ctx, func(ctx context.Context) error { return c.client.RevokeDevice(ctx, plausch.DeviceID(id)) },
		c.did(fmt.Sprintf("Sign-in %d has ended.", id)))
}

func (c *chat) listDevices(ctx context.Context) {
	var devices []client.Device
	c.ask(ctx, func(ctx context.Context) (err error) {
		devices, err = c.client.ListDevices(ctx)
		return err
	}, func(err error) {
		if err != nil {
			c.failed(err)
			return
		}
		for _, d := range devices {
			here := ""
			if d.Here {
				here = ", here"
			}
			c.note("%d: %s, since %s%s", d.ID, client.CleanLine(d.Program), d.Created.Local().Format("2006-01-02"), here)
		}
	})
}

// cmdInvite prints a link by which others get in, for admins.
func (c *chat) cmdInvite(ctx context.Context, words []string, _ string) {
	var p protocol.InviteCreate
	for _, word := range words {
		uses, err := strconv.Atoi(word)
		if err == nil && uses > 0 {
			p.Uses = uses
			continue
		}
		long, err := time.ParseDuration(word)
		if err != nil {
			c.note("/invite takes how many may come, and how long the link is valid, such as 5 or 48h.")
			return
		}
		p.For = long.Milliseconds()
	}
	var made protocol.InviteCreated
	c.ask(ctx, func(ctx context.Context) (err error) {
		made, err = c.client.CreateInvite(ctx, p)
		return err
	}, func(err error) {
		if err != nil {
			c.failed(err)
			return
		}
		base := link.At(c.server.Address.Secure(), c.server.Address.HostPort())
		invite := base.To(link.Invite, made.Code)
		c.note("Good until %s:", time.UnixMilli(made.Invite.Expires).Local().Format("2006-01-02 15:04"))
		c.print(invite + "\n")
		if !base.ForOthers() {
			c.note("This works on this machine only. One for others: plausch invite, on the server.")
		} else if c.screen.terminal() && c.screen.columns() >= terminal.MaxQR {
			c.print(terminal.QR(invite))
		}
	})
}
