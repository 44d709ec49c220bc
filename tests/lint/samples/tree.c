int no_licence;	// expect
int x;  // expect 
<<<<<<< expect
// expect no end of this line