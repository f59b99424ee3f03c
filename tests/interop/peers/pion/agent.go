// SPDX-License-Identifier: MIT

package main

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"sync"

	"github.com/pion/webrtc/v3"
)

// agent lives on the goroutine that reads stdin; the callbacks of the connection run on others.
type agent struct {
	connection *webrtc.PeerConnection
	trickle    bool
	early      []webrtc.ICECandidateInit

	mutex     sync.Mutex
	channels  map[string]*webrtc.DataChannel
	described bool     // Our description has been written; until then candidates wait.
	held      []object // What waits.
	lastState string
}

// forget closes the connection; what that causes is not told.
func (agent *agent) forget() {
	agent.mutex.Lock()
	former := agent.connection
	agent.connection = nil
	agent.mutex.Unlock()
	if former != nil {
		former.Close()
	}
}

func (agent *agent) start(line *command) error {
	agent.forget()
	var config webrtc.Configuration
	if len(line.Config) > 0 {
		if err := json.Unmarshal(line.Config, &config); err != nil {
			return err
		}
	}
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	connection, err := webrtc.NewAPI(webrtc.WithSettingEngine(settings)).NewPeerConnection(config)
	if err != nil {
		return err
	}
	agent.mutex.Lock()
	agent.connection = connection
	agent.channels = map[string]*webrtc.DataChannel{}
	agent.described = false
	agent.held = nil
	agent.lastState = ""
	agent.mutex.Unlock()
	agent.early = nil
	agent.trickle = line.Trickle == nil || *line.Trickle
	agent.wireConnection(connection)
	write(object{"ev": "inited"})
	return nil
}

// current tells whether events of this connection still count.
func (agent *agent) current(connection *webrtc.PeerConnection) bool {
	agent.mutex.Lock()
	defer agent.mutex.Unlock()
	return agent.connection == connection
}

func (agent *agent) wireConnection(connection *webrtc.PeerConnection) {
	state := func() {
		if agent.current(connection) {
			agent.state()
		}
	}
	connection.OnConnectionStateChange(func(webrtc.PeerConnectionState) { state() })
	connection.OnICEConnectionStateChange(func(webrtc.ICEConnectionState) { state() })
	connection.OnSignalingStateChange(func(webrtc.SignalingState) { state() })
	connection.OnICEGatheringStateChange(func(webrtc.ICEGathererState) { state() })
	connection.OnICECandidate(func(candidate *webrtc.ICECandidate) {
		if !agent.current(connection) || !agent.trickle {
			return
		}
		if candidate == nil {
			agent.trickled(object{"ev": "end-of-candidates"})
			return
		}
		init := candidate.ToJSON()
		agent.trickled(object{"candidate": init.Candidate, "sdpMid": init.SDPMid, "sdpMLineIndex": init.SDPMLineIndex})
	})
	connection.OnDataChannel(func(channel *webrtc.DataChannel) {
		if agent.current(connection) {
			agent.wire(connection, channel, "remote")
		}
	})
}

func (agent *agent) trickled(line object) {
	agent.mutex.Lock()
	defer agent.mutex.Unlock()
	if agent.described {
		write(line)
	} else {
		agent.held = append(agent.held, line)
	}
}

func (agent *agent) wire(connection *webrtc.PeerConnection, channel *webrtc.DataChannel, origin string) {
	label := channel.Label()
	agent.mutex.Lock()
	agent.channels[label] = channel
	agent.mutex.Unlock()
	tell := func(line object) {
		if agent.current(connection) {
			write(line)
		}
	}
	channel.OnOpen(func() {
		tell(object{"ev": "open", "ch": label, "id": channel.ID(), "ordered": channel.Ordered(),
			"maxRetransmits": channel.MaxRetransmits(), "maxPacketLifeTime": channel.MaxPacketLifeTime(),
			"protocol": channel.Protocol(), "negotiated": channel.Negotiated(), "origin": origin})
	})
	channel.OnMessage(func(message webrtc.DataChannelMessage) {
		kind := "binary"
		if message.IsString {
			kind = "text"
		}
		line := object{"ev": "message", "ch": label, "kind": kind, "len": len(message.Data),
			"crc": crc32.ChecksumIEEE(message.Data)}
		if message.IsString && len(message.Data) <= shortText {
			line["text"] = string(message.Data)
		}
		tell(line)
	})
	channel.OnClose(func() { tell(object{"ev": "channel-close", "ch": label}) })
	channel.OnError(func(err error) { tell(object{"ev": "channel-error", "ch": label, "error": err.Error()}) })
}

func (agent *agent) channel(label string) (*webrtc.DataChannel, error) {
	agent.mutex.Lock()
	defer agent.mutex.Unlock()
	channel := agent.channels[label]
	if channel == nil {
		return nil, fmt.Errorf("no channel has the label %q", label)
	}
	return channel, nil
}

func (agent *agent) create(line *command) error {
	given := line.Options
	channel, err := agent.connection.CreateDataChannel(line.Label, &webrtc.DataChannelInit{
		Ordered: given.Ordered, MaxPacketLifeTime: given.MaxPacketLifeTime, MaxRetransmits: given.MaxRetransmits,
		Protocol: given.Protocol, Negotiated: given.Negotiated, ID: given.ID,
	})
	if err != nil {
		return err
	}
	agent.wire(agent.connection, channel, "local")
	return nil
}

func (agent *agent) offer(line *command) error {
	offer, err := agent.connection.CreateOffer(&webrtc.OfferOptions{ICERestart: line.IceRestart})
	if err != nil {
		return err
	}
	return agent.describe(offer)
}

func (agent *agent) describe(description webrtc.SessionDescription) error {
	agent.mutex.Lock()
	agent.described = false
	agent.mutex.Unlock()
	gathered := webrtc.GatheringCompletePromise(agent.connection)
	if err := agent.connection.SetLocalDescription(description); err != nil {
		return err
	}
	if !agent.trickle {
		<-gathered
		description = *agent.connection.LocalDescription()
	}
	agent.mutex.Lock()
	defer agent.mutex.Unlock()
	write(object{"type": description.Type.String(), "sdp": description.SDP})
	for _, line := range agent.held {
		write(line)
	}
	agent.held = nil
	agent.described = true
	return nil
}

func (agent *agent) description(line *command) error {
	if agent.connection == nil {
		return fmt.Errorf("init comes first")
	}
	description := webrtc.SessionDescription{Type: webrtc.NewSDPType(line.Type), SDP: line.SDP}
	if description.Type == webrtc.SDPTypeOffer {
		// One that restarts ICE makes it gather at once.
		agent.mutex.Lock()
		agent.described = false
		agent.mutex.Unlock()
	}
	if err := agent.connection.SetRemoteDescription(description); err != nil {
		return err
	}
	early := agent.early
	agent.early = nil
	for _, candidate := range early {
		if err := agent.connection.AddICECandidate(candidate); err != nil {
			return err
		}
	}
	if description.Type != webrtc.SDPTypeOffer {
		return nil
	}
	answer, err := agent.connection.CreateAnswer(nil)
	if err != nil {
		return err
	}
	return agent.describe(answer)
}

func (agent *agent) candidate(line *command) error {
	if agent.connection == nil {
		return fmt.Errorf("init comes first")
	}
	candidate := webrtc.ICECandidateInit{
		Candidate: *line.Candidate, SDPMid: line.SDPMid, SDPMLineIndex: line.SDPMLineIndex}
	if agent.connection.RemoteDescription() == nil {
		agent.early = append(agent.early, candidate)
		return nil
	}
	return agent.connection.AddICECandidate(candidate)
}

func (agent *agent) send(line *command) error {
	channel, err := agent.channel(line.Channel)
	if err != nil {
		return err
	}
	text := line.Text != nil || line.Kind == "text"
	var bytes []byte
	if line.Text != nil {
		bytes = []byte(*line.Text)
	} else {
		bytes = payload(text, line.Size)
	}
	low := make(chan struct{}, 1)
	channel.SetBufferedAmountLowThreshold(highWater / 2)
	channel.OnBufferedAmountLow(func() {
		select {
		case low <- struct{}{}:
		default:
		}
	})
	count := 1
	if line.Count != nil {
		count = *line.Count
	}
	for ; count > 0; count-- {
		if text {
			err = channel.SendText(string(bytes))
		} else {
			err = channel.Send(bytes)
		}
		if err != nil {
			return err
		}
		if channel.BufferedAmount() > highWater {
			<-low
		}
	}
	write(object{"ev": "sent", "ch": line.Channel})
	return nil
}

func (agent *agent) stats() {
	line := object{"ev": "stats"}
	for _, each := range agent.connection.GetStats() {
		if pair, ok := each.(webrtc.ICECandidatePairStats); ok && pair.Nominated {
			line["bytesSent"] = pair.BytesSent
			line["bytesReceived"] = pair.BytesReceived
			line["roundTripTime"] = pair.CurrentRoundTripTime
		}
	}
	write(line)
}

func (agent *agent) state() {
	connection := agent.connection
	line := object{"ev": "state", "connection": connection.ConnectionState().String(),
		"ice": connection.ICEConnectionState().String(), "gathering": connection.ICEGatheringState().String(),
		"signaling": connection.SignalingState().String()}
	text := fmt.Sprint(line)
	agent.mutex.Lock()
	defer agent.mutex.Unlock()
	if text == agent.lastState {
		return
	}
	agent.lastState = text
	write(line)
}
