Feature: Callers are told how long it will be

  What is told is a promise. It is in numbers that people can use, it does not go up and down, and where nobody can know
  nothing is said.

  Scenario: A caller hears how long it will be, and then what is left of that
    Given a queue "support" that announces waits after 15 seconds and then every minute
    And the wait is estimated to be "a few minutes, for certain"
    When a call "c-1" comes in for "support"
    And 14 seconds pass
    Then "c-1" has heard nothing
    When 1 second passes
    Then "c-1" has heard "about 3 minutes"
    When the wait is estimated to be "two minutes, perhaps three"
    And 60 seconds pass
    Then "c-1" has heard "about 2 minutes"
    When the wait is estimated to be "a minute, perhaps two"
    And 60 seconds pass
    Then "c-1" has heard "less than 1 minute"

  Scenario: An estimate that is not so sure is a range
    Given a queue "support" that announces waits after 15 seconds and then every minute
    And the wait is estimated to be "a few minutes, give or take some"
    When a call "c-1" comes in for "support"
    And 15 seconds pass
    Then "c-1" has heard "range 2 to 10 minutes"

  Scenario: One bad estimate is kept from the caller, and two are told
    Given a queue "support" that announces waits after 15 seconds and then every minute
    And the wait is estimated to be "a few minutes, for certain"
    When a call "c-1" comes in for "support"
    And 15 seconds pass
    And the wait is estimated to be "ten minutes"
    And 60 seconds pass
    Then "c-1" has heard 1 announcement
    When 60 seconds pass
    Then "c-1" has heard "about 10 minutes"

  Scenario: Where nobody can know, nothing is said
    Given a queue "support" that announces waits after 15 seconds and then every minute
    When a call "c-1" comes in for "support"
    And 200 seconds pass
    Then "c-1" has heard nothing
    When the wait is estimated to be "anything"
    And 200 seconds pass
    Then "c-1" has heard nothing

  Scenario: Instead of a number that scares people off, a callback is suggested
    Given a queue "support" that announces waits after 15 seconds and then every minute
    And the wait is estimated to be "more than a quarter of an hour"
    When a call "c-1" comes in for "support"
    And 15 seconds pass
    Then a callback was suggested to "c-1"
    And "c-1" has heard nothing
    And "c-1" waits in "support" at place 1

  Scenario: Nothing is told to a caller who is with an agent
    Given a queue "support" that announces waits after 15 seconds and then every minute
    And ann works in "support"
    And the wait is estimated to be "a few minutes, for certain"
    When a call "c-1" comes in for "support"
    And 15 seconds pass
    Then "c-1" has heard 1 announcement
    When ann accepts "c-1"
    And 300 seconds pass
    Then "c-1" has heard 1 announcement
