// SPDX-License-Identifier: MIT
#ifndef PEERLANE_SIGNALING_JSEP_HPP
#define PEERLANE_SIGNALING_JSEP_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/fingerprint.hpp"
#include "core/result.hpp"
#include "peerlane/peer_connection.hpp"
#include "signaling/sdp.hpp"

// The rules of offer and answer (RFC 8829, RFC 3264, RFC 8842) as functions of values. Pure.
namespace peerlane {

enum class DescriptionType { OFFER, PRANSWER, ANSWER, ROLLBACK };  ///< W3C: RTCSdpType.
enum class DescriptionSide { LOCAL, REMOTE };

const char *description_type_name(DescriptionType type);
/// ERR_INVALID_PARAMETER where the word is none of W3C's four.
Result<DescriptionType> parse_description_type(std::string_view word);

/// The state after setting a description of that type on that side; FAILED where the state does not
/// allow it, ERR_UNCONFIGURED where it is CLOSED.
Result<PeerConnection::SignalingState> next_signaling_state(PeerConnection::SignalingState state,
                                                            DescriptionSide side,
                                                            DescriptionType type);
/// Whether that step takes our own pending offer back first: a remote offer in HAVE_LOCAL_OFFER.
bool is_implicit_rollback(PeerConnection::SignalingState state, DescriptionSide side,
                          DescriptionType type);

/// Our setup in the answer to an offer: ACTIVE or PASSIVE; active is preferred, since it saves a
/// round trip. `current` is our role in the association under way, which stays (RFC 8842
/// section 5.5). ERR_INVALID_DATA where none fits.
Result<SetupRole> choose_answer_setup(std::optional<SetupRole> offered,
                                      std::optional<SetupRole> current = std::nullopt);
/// Our role, ACTIVE or PASSIVE, after the peer answered our offer. A missing setup counts as active
/// in an answer, and as actpass in an offer. ERR_INVALID_DATA where the answer is no role or does
/// not fit the offer or `current`.
Result<SetupRole> role_after_answer(std::optional<SetupRole> offered,
                                    std::optional<SetupRole> answered,
                                    std::optional<SetupRole> current = std::nullopt);

/// What the local side puts into a description. Pure value.
struct LocalParameters {
  std::uint64_t session_id = 1;
  std::uint64_t session_version =
      1;  ///< One more for each new description (RFC 8829 section 5.2.2).
  std::string ice_ufrag, ice_pwd;
  Fingerprint fingerprint;
  std::uint16_t sctp_port = kDefaultSctpPort;
  std::uint64_t max_message_size = 262144;
};

/// An offer, setup:actpass. With `previous`, the description of either side negotiated last, it has
/// the same sections in the same order, of which all but ours are rejected (RFC 8829
/// section 5.2.2).
SessionDescription make_offer(const LocalParameters &local,
                              const SessionDescription *previous = nullptr);
/// The answer to an offer: same sections, same mids, everything but the data section rejected, the
/// offer's form. ERR_INVALID_DATA where no setup fits (see choose_answer_setup).
Result<SessionDescription> make_answer(const SessionDescription &offer,
                                       const LocalParameters &local,
                                       std::optional<SetupRole> current_role = std::nullopt);

/// Whether an answer is one to that offer: as many sections, of the same kind, the same mids where
/// it has mids, and the same data section accepted. ERR_INVALID_DATA otherwise.
Status match_answer(const SessionDescription &offer, const SessionDescription &answer);

/// Whether `now`, of the same side, starts a new ICE generation: ufrag or pwd differ (RFC 8839
/// section 4.4.1.1.1).
bool is_ice_restart(const SessionDescription &before, const SessionDescription &now);
/// ERR_INVALID_DATA where the peer's new description `now` asks for a new DTLS association: other
/// fingerprints, tls-id or SCTP port, or the role that is ours. Never keep an association whose
/// fingerprint is no longer vouched for.
Status check_same_association(const SessionDescription &before, const SessionDescription &now,
                              SetupRole our_role);

/// The largest message that may be sent: the smaller of ours and the peer's `max_message_size`, of
/// which 0 is no limit.
std::size_t effective_send_limit(std::uint64_t peer_max_message_size,
                                 std::size_t our_max_message_size);

/// Whether a trickled candidate is for the data section: by `media` (the mid), or by `index` where
/// media is empty; by neither, it is for the only section there is. False = it belongs to a section
/// that we do not use. ERR_INVALID_PARAMETER for a mid or an index that no section has.
Result<bool> is_for_data_section(const SessionDescription &remote, std::string_view media,
                                 int index);

}  // namespace peerlane

#endif  // PEERLANE_SIGNALING_JSEP_HPP
