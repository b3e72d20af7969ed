package tui

import (
	"context"
	"strconv"
	"time"

	tea "charm.land/bubbletea/v2"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
	"plausch/internal/link"
	"plausch/protocol"
)

var accountCommands = []command{
	{"away", "", "tell others that you are away", 0, func(m *Model, _ []string, _ string) tea.Cmd { return m.setPresence(plausch.Away) }},
	{"back", "", "tell others that you are here again", 0, func(m *Model, _ []string, _ string) tea.Cmd { return m.setPresence(plausch.Online) }},
	{"name", "[DISPLAY]", "change how you are shown; without a name: by your own", 0, (*Model).cmdName},
	{"invite", "[USES] [TIME]", "make a link by which others get in", 0, (*Model).cmdInvite},
	{"devices", "[revoke NUMBER]", "list where you are signed in, or end a sign-in", 0, (*Model).cmdDevices},
}

func (m *Model) setPresence(p plausch.Presence) tea.Cmd {
	return m.askOnline(func(_ context.Context, c *client.Client) error { return c.SetPresence(p) }, func() tea.Cmd {
		m.say(m.texts.get(textYouAre, m.texts.presence(p)))
		return nil
	})
}

// presence returns how people call a presence.
func (x *texts) presence(p plausch.Presence) string {
	switch p {
	case plausch.Online:
		return x.get(textOnline)
	case plausch.Away:
		return x.get(textAway)
	}
	return x.get(textNotThere)
}

func (m *Model) cmdName(_ []string, rest string) tea.Cmd {
	s := m.session()
	var me plausch.AccountRef
	return m.askOnline(func(ctx context.Context, c *client.Client) (err error) {
		me, err = c.UpdateAccount(ctx, rest)
		return err
	}, func() tea.Cmd {
		m.apply(s.id, timeline.Account{AccountRef: me})
		m.note(m.texts.get(textYouAre, m.cleanLine(me.Shown())))
		return nil
	})
}

// cmdInvite makes a link by which others get in.
func (m *Model) cmdInvite(words []string, _ string) tea.Cmd {
	var p protocol.InviteCreate
	for _, word := range words {
		if uses, err := strconv.Atoi(word); err == nil && uses > 0 {
			p.Uses = uses
			continue
		}
		long, err := time.ParseDuration(word)
		if err != nil {
			cmd, _ := findCommand("invite")
			m.fail(m.texts.get(textTakes, cmd.name, cmd.args, cmd.help))
			return nil
		}
		p.For = long.Milliseconds()
	}
	address := m.session().login.Address
	var made protocol.InviteCreated
	return m.askOnline(func(ctx context.Context, c *client.Client) (err error) {
		made, err = c.CreateInvite(ctx, p)
		return err
	}, func() tea.Cmd {
		base := link.At(address.Secure(), address.HostPort())
		text := m.texts.get(textInvite, time.UnixMilli(made.Invite.Expires).Local().Format("2006-01-02 15:04")) + "\n" + base.To(link.Invite, made.Code)
		if !base.ForOthers() {
			text += "\n" + m.texts.get(textInviteHere)
		}
		m.note(text)
		return nil
	})
}

// cmdDevices lists where the account is signed in, or ends one of those sign-ins.
func (m *Model) cmdDevices(words []string, _ string) tea.Cmd {
	if len(words) > 0 {
		id, err := int64(0), error(nil)
		if len(words) == 2 && words[0] == "revoke" {
			id, err = strconv.ParseInt(words[1], 10, 64)
		}
		if id == 0 || err != nil {
			cmd, _ := findCommand("devices")
			m.fail(m.texts.get(textTakes, cmd.name, cmd.args, cmd.help))
			return nil
		}
		return m.askOnline(func(ctx context.Context, c *client.Client) error { return c.RevokeDevice(ctx, plausch.DeviceID(id)) }, m.cmdDevicesAgain)
	}
	return m.cmdDevicesAgain()
}

func (m *Model) cmdDevicesAgain() tea.Cmd {
	var devices []client.Device
	return m.askOnline(func(ctx context.Context, c *client.Client) (err error) {
		devices, err = c.ListDevices(ctx)
		return err
	}, func() tea.Cmd {
		for _, d := range devices {
			here := ""
			if d.Here {
				here = " *"
			}
			m.note(strconv.FormatInt(int64(d.ID), 10) + ": " + m.cleanLine(d.Program) + ", " + d.Created.Local().Format("2006-01-02") + here)
		}
		return nil
	})
}
