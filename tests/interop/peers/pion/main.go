// SPDX-License-Identifier: MIT

// Pion: JSON lines on stdin and stdout steer one peer connection. docs/interop.md has the protocol.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sync"
)

const (
	shortText = 256
	highWater = 1 << 20
)

type object = map[string]interface{}

var writing sync.Mutex

func write(line object) {
	text, err := json.Marshal(line)
	if err != nil {
		panic(err)
	}
	writing.Lock()
	defer writing.Unlock()
	os.Stdout.Write(append(text, '\n'))
}

// options are those of W3C's RTCDataChannelInit; an absent one is nil.
type options struct {
	Ordered           *bool   `json:"ordered"`
	MaxRetransmits    *uint16 `json:"maxRetransmits"`
	MaxPacketLifeTime *uint16 `json:"maxPacketLifeTime"`
	Protocol          *string `json:"protocol"`
	Negotiated        *bool   `json:"negotiated"`
	ID                *uint16 `json:"id"`
}

type command struct {
	Cmd           string          `json:"cmd"`
	Config        json.RawMessage `json:"config"`
	Trickle       *bool           `json:"trickle"`
	Label         string          `json:"label"`
	Options       options         `json:"options"`
	IceRestart    bool            `json:"iceRestart"`
	Type          string          `json:"type"`
	SDP           string          `json:"sdp"`
	Candidate     *string         `json:"candidate"`
	SDPMid        *string         `json:"sdpMid"`
	SDPMLineIndex *uint16         `json:"sdpMLineIndex"`
	Channel       string          `json:"ch"`
	Text          *string         `json:"text"`
	Kind          string          `json:"kind"`
	Size          int             `json:"size"`
	Count         *int            `json:"count"`
}

func main() {
	write(object{"ev": "ready", "impl": "Pion", "version": version})
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 65536), 1<<24)
	agent := &agent{}
	for lines.Scan() {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var line command
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			write(object{"ev": "error", "cmd": "", "error": err.Error()})
			continue
		}
		if line.Cmd == "quit" {
			break
		}
		if err := agent.handle(&line); err != nil {
			write(object{"ev": "error", "cmd": line.name(), "error": err.Error()})
		}
	}
	agent.forget()
}

func (line *command) name() string {
	switch {
	case line.Type != "":
		return line.Type
	case line.Candidate != nil:
		return "candidate"
	}
	return line.Cmd
}

// Set by the linker: the package itself does not tell its version.
var version = "unknown"

func payload(text bool, size int) []byte {
	bytes := make([]byte, size)
	for i := range bytes {
		if text {
			bytes[i] = byte('a' + i%26)
		} else {
			bytes[i] = byte(i*31 + i>>8)
		}
	}
	return bytes
}

func (agent *agent) handle(line *command) error {
	if line.Type != "" {
		return agent.description(line)
	}
	if line.Candidate != nil {
		return agent.candidate(line)
	}
	if line.Cmd == "init" {
		return agent.start(line)
	}
	if agent.connection == nil {
		return fmt.Errorf("init comes first")
	}
	switch line.Cmd {
	case "channel":
		return agent.create(line)
	case "offer":
		return agent.offer(line)
	case "send":
		return agent.send(line)
	case "close-channel":
		channel, err := agent.channel(line.Channel)
		if err != nil {
			return err
		}
		return channel.Close()
	case "close":
		err := agent.connection.Close()
		agent.state()
		write(object{"ev": "closed"})
		return err
	case "stats":
		agent.stats()
		return nil
	}
	return fmt.Errorf("no such command: %s", line.Cmd)
}
