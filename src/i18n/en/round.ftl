# round
