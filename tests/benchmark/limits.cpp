// SPDX-License-Identifier: MIT
// The physical limits of this machine now: the kernel's UDP, and each layer by itself.
#include <algorithm>
#include <array>
#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "layers/layer_limits.hpp"
#include "measurements.hpp"
#include "output.hpp"
#include "resources.hpp"
#include "udp_socket.hpp"

namespace peerlane::benchmark {

namespace {

constexpr std::size_t kDatagram = 1200;

struct UdpFlow {
  double datagrams = 0;  ///< Received.
  double wall = 0;
  double cpu = 0;
};

/// One thread sends, another receives; `datagrams` go out with one call.
UdpFlow measure_udp(UdpSocket::Batching batching, std::size_t datagrams, double time) {
  UdpSocket from(batching);
  UdpSocket to(batching);
  std::atomic<bool> stop{false};
  const Usage usage;
  std::thread sender([&] {
    const std::vector<std::uint8_t> bytes(kDatagram * datagrams, 0x5A);
    while (!stop) from.send(to.port(), ByteView(bytes), kDatagram);
  });
  UdpFlow flow;
  std::vector<std::uint8_t> buffer(UdpSocket::kBatchBytes);
  while (usage.wall() < time) {
    const auto received = to.receive(buffer.data(), true);
    flow.datagrams += static_cast<double>(received.size) / kDatagram;
  }
  flow.wall = usage.wall();
  flow.cpu = usage.cpu();
  stop = true;
  sender.join();
  if (flow.datagrams == 0) throw MeasurementError("no UDP datagram arrived");
  return flow;
}

void report_udp(Report &report, const std::string &name, const UdpFlow &flow) {
  report.add(name + "_throughput", flow.datagrams * kDatagram / flow.wall / 1e6, "MB/s");
  report.add(name + "_datagrams", flow.datagrams / flow.wall, "1/s");
  // What was sent and not received is paid for as well: the sender does not wait for the receiver.
  report.add(name + "_cpu_per_datagram", 1e6 * flow.cpu / flow.datagrams, "us");
}

/// Median round trip of 64 bytes in us, the echo in this thread or asleep in another one.
double measure_udp_round_trip(bool asleep, double time) {
  UdpSocket near(UdpSocket::Batching::OFF);
  UdpSocket far(UdpSocket::Batching::OFF);
  const std::array<std::uint8_t, 64> ping{};
  std::vector<std::uint8_t> buffer(UdpSocket::kBatchBytes);
  std::vector<std::uint8_t> far_buffer(UdpSocket::kBatchBytes);
  const auto echo = [&] {
    const auto received = far.receive(far_buffer.data(), true);
    if (received.size > 0) far.send(near.port(), ByteView(far_buffer.data(), received.size), 64);
  };
  std::atomic<bool> stop{false};
  std::thread other;
  if (asleep) {
    other = std::thread([&] {
      while (!stop) echo();
    });
  }
  std::vector<double> samples;
  bool lost = false;
  for (const Usage usage; usage.wall() < time && !lost;) {
    const auto began = Clock::now();
    near.send(far.port(), ByteView(ping.data(), ping.size()), ping.size());
    if (!asleep) echo();
    lost = near.receive(buffer.data(), true).size == 0;
    samples.push_back(1e6 * seconds(Clock::now() - began));
  }
  stop = true;
  if (other.joinable()) other.join();
  if (lost) throw MeasurementError("a UDP datagram did not come back");
  return percentile(samples, 0.5);
}

}  // namespace

void measure_limits(const Options &options, Report &report) {
  const double time = options.seconds;
  const Usage usage;
  show_progress("UDP with a call for each datagram, part", 1, 5);
  report_udp(report, "udp", measure_udp(UdpSocket::Batching::OFF, 1, time));
  show_progress("UDP in batches, part", 2, 5);
  const UdpFlow batched = measure_udp(UdpSocket::Batching::ON, 50, time);
  report_udp(report, "udp_batched", batched);
  show_progress("round trips of UDP, part", 3, 5);
  report.add("udp_round_trip", measure_udp_round_trip(false, time), "us");
  show_progress("round trips of UDP between threads, part", 4, 5);
  report.add("udp_wakeup_round_trip", measure_udp_round_trip(true, time), "us");
  show_progress("SCTP, DTLS and CRC32c, part", 5, 5);
  LayerLimits layers;
  try {
    layers = measure_layers(time);
  } catch (const std::runtime_error &error) {
    throw MeasurementError(error.what());
  }
  report.add("dtls_encrypt", layers.encrypt_us, "us");
  report.add("dtls_decrypt", layers.decrypt_us, "us");
  report.add("crc32c", 1e-3 * layers.crc_ns, "us");
  report.add("crc32c_portable", 1e-3 * layers.crc_portable_ns, "us");
  report.add("sctp_cpu_per_gigabyte", layers.sctp_seconds_per_gigabyte, "s/GB");
  report.add("sctp_throughput_one_core", 1e3 / layers.sctp_seconds_per_gigabyte, "MB/s");
  report.add("sctp_messages_one_core", layers.sctp_messages_per_second, "1/s");
  // The sum of the layers, the figures above: no stack made of them can be cheaper.
  const double records_per_gigabyte = 1e9 / layers.record_bytes;
  const double floor = layers.sctp_seconds_per_gigabyte +
                       1e-6 * records_per_gigabyte * (layers.encrypt_us + layers.decrypt_us) +
                       records_per_gigabyte * batched.cpu / batched.datagrams;
  report.add("floor_cpu_per_gigabyte", floor, "s/GB");
  report.add("floor_throughput_one_core", 1e3 / floor, "MB/s");
  report.add("floor_throughput_two_cores", 2e3 / floor, "MB/s");
  report.add("busy_cores", usage.cpu() / usage.wall(), "cores");
}

}  // namespace peerlane::benchmark
