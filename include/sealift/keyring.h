// SPDX-License-Identifier: Apache-2.0
// Keys as a user handles them: loading, changing, and which wrapping is in force. What
// `sealift load-key`, `unload-key`, `change-key` and `key status|adopt|forget` do; the first three
// as zfs-load-key(8).
#pragma once

#include <sealift/dataset.h>
#include <sealift/error.h>
#include <sealift/keys.h>
#include <sealift/listing.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sealift {

/// Told while keys are loaded, unloaded or changed. Any may be empty.
struct KeyObserver {
  std::function<void(const std::string&)> on_warning;
  /// One of several failed; the others go on. Without kDescendants errors are thrown instead.
  std::function<void(const Error&)> on_error;
};

// -- Making ------------------------------------------------------------------------------------

struct CreateRequest {
  std::string name;
  /// `encryption`, `keyformat`, `keylocation` and `pbkdf2iters` may be among the properties.
  CreateOptions options;
  /// `location` is that of the parent's key, where that is not loaded; a new key is loaded too.
  KeyAccess key;
};

/// Makes an empty dataset as zfs create does. One with a key format is an encryption root with a
/// key of its own; another below an encrypted one inherits encryption and wrapping key, unless
/// `encryption` is off. Master keys are random and new, each dataset's its own.
///
/// Throws Error with nothing changed: kUsage and kState as zfs refuses it, and kWrongKey.
void create_dataset(Vault& vault, const CreateRequest& request, const KeyObserver& observer,
                    const Moment& moment);

// -- Loading -----------------------------------------------------------------------------------

struct LoadKeysRequest {
  std::string dataset;
  Recursion recursion = Recursion::kNone;  ///< kDescendants: all encryption roots at and below it
  bool check_only = false;                 ///< -n: show that the key is right, load nothing
  std::optional<std::chrono::seconds> life;
  /// An empty location: the property keylocation. `loaded` is where the keys go.
  KeyAccess key;
};

struct KeyCounts {
  std::uint64_t attempted = 0;
  std::uint64_t done = 0;
};

/// Loads the wrapping keys of encryption roots into `key.loaded`, each after it was shown to open
/// its root. Roots whose key is loaded already are passed over with kDescendants.
///
/// Throws Error: kWrongKey, kUsage for what cannot be a key, kState where the dataset is no
/// encryption root, its key is loaded already, or no key can be kept here.
KeyCounts load_keys(const Vault& vault, const LoadKeysRequest& request,
                    const KeyObserver& observer);

/// Forgets them. Throws Error(kState) where none is loaded.
KeyCounts unload_keys(const Vault& vault, const std::string& dataset, Recursion recursion,
                      const os::Keyring& keyring, const KeyObserver& observer);

/// Calls `change`, such as destroy(), rollback() or receive(), and then forgets the loaded keys of
/// the encryption roots that it ended: nothing here opens with them any more.
void forget_ended_keys(Vault& vault, const os::Keyring& keyring,
                       const std::function<void()>& change);

/// For a listing of `vault`, in the state that it shows now: the property `keystatus`. Both must
/// outlive what is returned.
IsKeyLoaded loaded_in(const Vault& vault, const os::Keyring& keyring);

// -- Changing ----------------------------------------------------------------------------------

struct ChangeKeyRequest {
  std::string dataset;
  /// keyformat, keylocation, pbkdf2iters, as text; user properties are set with them.
  Properties properties;
  bool load = false;  ///< -l: load the key that is in force first, where it is not
  KeyAccess key;      ///< location empty
};

/// Wraps the master keys of a dataset and of all that inherit its wrapping key under a new one, in
/// one commit. An heir becomes an encryption root. What was in force before is journalled.
///
/// Throws Error with nothing changed: kState where the key in force is not loaded or the dataset is
/// none whose key can be changed, kRefused where one that would be wrapped anew does not open,
/// kUsage for what cannot be a key or property.
void change_key(Vault& vault, const ChangeKeyRequest& request, const KeyObserver& observer,
                const Moment& moment);

/// The same under the wrapping key of the parent: `dataset`, an encryption root, becomes an heir of
/// its parent's. Of `properties` only user properties are allowed.
void inherit_key(Vault& vault, const ChangeKeyRequest& request, const KeyObserver& observer,
                 const Moment& moment);

// -- Wrappings ---------------------------------------------------------------------------------

enum class Opens : std::uint8_t {
  kUnknown,  ///< no key was at hand that it could have been made with
  kYes,
  kNo,
};

/// One way in which a dataset's master key is wrapped here.
struct WrappingStatus {
  std::string id;  ///< sixteen hexadecimal digits
  bool is_in_force = false;
  std::string format;  ///< "passphrase", "hex" or "raw"
  std::uint64_t pbkdf2_iterations = 0;
  std::uint64_t pbkdf2_salt = 0;
  std::string from;                  ///< the snapshot whose stream brought it; empty: made here
  std::int64_t arrived_seconds = 0;  ///< Unix time
  Opens opens = Opens::kUnknown;
};

struct KeyStatus {
  std::string dataset;
  std::string encryption_root;
  std::uint64_t key_guid = 0;
  std::vector<WrappingStatus> wrappings;  ///< the one in force first, then as they arrived
};

/// Of `dataset`, and with kDescendants of all encrypted ones at and below it. Each wrapping is
/// tried with the key that `key.location` gives; without one, the wrapping in force with the key
/// that is loaded, and the others where they were made with that. Nothing is changed.
std::vector<KeyStatus> key_status(const Vault& vault, const std::string& dataset,
                                  Recursion recursion, const KeyAccess& key);

struct AdoptRequest {
  std::string dataset;
  std::string wrapping;  ///< its id
  KeyAccess key;         ///< an empty location: ask
};

/// Puts a journalled wrapping in force, after it was shown to open: it gives the very master key
/// that the wrapping before gave, or that key proves the newest snapshot up to its portable MAC.
/// All that inherit from an encryption root go over in the same commit, each to a wrapping that the
/// same key opens. What was in force is journalled. Returns the datasets that changed.
///
/// Throws Error with nothing changed: kWrongKey, kState where there is no such wrapping or it is in
/// force, kRefused where it is not shown to open or an heir would be left behind.
std::vector<std::string> adopt_wrapping(Vault& vault, const AdoptRequest& request);

/// Forgets a journalled wrapping for ever. Throws Error(kState) for one that is in force.
void forget_wrapping(Vault& vault, const std::string& dataset, const std::string& wrapping);

}  // namespace sealift
