Feature: One customer, many channels
  What a customer has open, and what they had before, belongs together.

  Scenario: A second message goes into the conversation that is open
    Given a queue "support" where a second contact of a customer is merged
    And ann works in "support"
    When a chat "c-1" of customer "cust-7" comes in for "support"
    And a chat "m-1" of customer "cust-7" comes in for "support"
    Then "m-1" went into "c-1"
    And "m-1" is done

  Scenario: A second contact goes to the agent who has the first
    Given a queue "support" where a second contact of a customer is kept with their agent
    And ann works in "support" and can take 3 chats at once
    And bob works in "support" and can take 3 chats at once
    When a chat "c-1" of customer "cust-7" comes in for "support"
    And ann accepts "c-1"
    And a chat "c-2" of customer "cust-7" comes in for "support"
    Then "c-2" is offered to ann

  Scenario: A second contact waits until the first is done
    Given a queue "support" where a second contact of a customer waits behind the first
    And ann works in "support"
    And bob works in "support"
    When a call "c-1" of customer "cust-7" comes in for "support"
    And ann accepts "c-1"
    And a chat "c-2" of customer "cust-7" comes in for "support"
    Then nobody is offered "c-2"
    And bob is not offered "c-2" because of "behind"
    When ann finishes "c-1"
    Then "c-2" is offered to ann

  Scenario: The agent sees what there was before
    Given a queue "support" with the script "greeting"
    And ann works in "support"
    When a call "c-1" of customer "cust-7" comes in for "support"
    And ann accepts "c-1"
    And ann finishes "c-1"
    And a chat "c-2" of customer "cust-7" comes in for "support"
    Then "c-2" is offered to ann
    And ann sees the script "greeting"
    And ann sees that "c-1" by "voice" with ann ended as "finished"
