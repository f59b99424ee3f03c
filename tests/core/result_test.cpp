// SPDX-License-Identifier: MIT
#include "core/result.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace peerlane {
namespace {

TEST(Result, HoldsAValue) {
  Result<std::string> result = std::string("value");
  ASSERT_TRUE(result);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.value(), "value");
  EXPECT_EQ(result->size(), 5u);
  EXPECT_EQ(result.error(), Error::OK);
  EXPECT_EQ(result.message(), "");
}

TEST(Result, HoldsAReason) {
  const Result<int> result = Failure{Error::ERR_PARSE_ERROR, "why"};
  EXPECT_FALSE(result);
  EXPECT_EQ(result.error(), Error::ERR_PARSE_ERROR);
  EXPECT_EQ(result.message(), "why");
  EXPECT_EQ(result.failure().message, "why");
}

TEST(Result, GivesAMoveOnlyValueAway) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(5);
  const std::unique_ptr<int> value = std::move(result).value();
  EXPECT_EQ(*value, 5);
}

TEST(Result, PassesAReasonOnAsAnother) {
  const Result<int> number = Failure{Error::ERR_TIMEOUT, "late"};
  const Result<std::string> text = number.failure();
  EXPECT_EQ(text.error(), Error::ERR_TIMEOUT);
}

TEST(Status, IsSuccessUnlessThereIsAReason) {
  EXPECT_TRUE(Status());
  EXPECT_EQ(Status().error(), Error::OK);
  const Status failed = Failure{Error::ERR_BUSY, "busy"};
  EXPECT_FALSE(failed.ok());
  EXPECT_EQ(failed.error(), Error::ERR_BUSY);
  EXPECT_EQ(failed.message(), "busy");
}

}  // namespace
}  // namespace peerlane
